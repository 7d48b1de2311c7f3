package mail

// vocabulary is what the templates of one language say of codes.
type vocabulary struct {
	kinds    map[string]string
	states   map[string]string
	reasons  map[string]string
	evidence map[string]string
	findings map[string]string
	remarks  string
	problems map[string]string
	// dateFormat takes day, month, year and clock.
	dateFormat string
	months     []string
	late       string
	otherwise  string
}

func english() vocabulary {
	return vocabulary{
		kinds:  map[string]string{"presentation": "Presentation", "nomination": "Nomination letter"},
		states: map[string]string{"outstanding": "OUTSTANDING", "waived": "waived: "},
		late:   " (late)",
		reasons: map[string]string{
			"empty":                 "the file is empty. Please open it on your device to see whether it is there, and send it again.",
			"corrupt":               "the file is damaged or was cut short on its way. Please save it again, and send the new copy.",
			"locked":                "the file is protected by a password. Please save a copy without the password, and send that.",
			"too-large":             "the file is too large or holds too much. Please make the pictures in it smaller, or send it as PDF.",
			"not-readable-yet":      "this kind of file cannot be read automatically yet.",
			"nobody-named":          "neither its title page nor its file name gives the full name of a participant.",
			"several-named":         "it names more than one participant.",
			"kind-unclear":          "it is not clear whether it is a presentation or a nomination letter.",
			"session-unclear":       "its presenter speaks in several sessions, and it does not say for which it is.",
			"not-required":          "no such document is expected of the person it names.",
			"nominee-not-on-roster": "it nominates somebody who is not on the roster, or not under that name.",
			"over-quota":            "it nominates more officials than an agency may send.",
			"country-differs":       "it comes from another country than the person of that name on the roster.",
			"ticket-invalid":        "its upload link is not valid.",
			"ticket-expired":        "its upload link had expired.",
			"unknown-meeting":       "no meeting of that name has been set up.",
			"scan-unread":           "it is a scan that could not be read by machine.",
			"macros":                "the file holds macros, which are programs. Please save a copy without them (as .pptx, .docx, .odp or .odt), and send that.",
			"executable":            "the file holds a program. Please take it out, and send the document alone.",
		},
		otherwise: "it needs a look.",
		evidence: map[string]string{
			"staff":  "filed by %s",
			"ticket": "sent by the upload link of %s", "name-in-title": "the title page names %s", "name-in-file-name": "the file name names %s",
			"session-named": "it names session %s", "looks-like": "it looks like a %s",
			"nominated": "the letter nominates %s", "agency-agrees": "the letter comes from %s", "country-agrees": "the letter comes from %s",
		},
		findings: map[string]string{
			"macros":            "The file holds macros, which are programs. Please save a copy without them (as .pptx, .docx, .odp or .odt).",
			"executable":        "The file holds a program. Please take it out and send the document alone.",
			"embedded-object":   "Another document is embedded in the file; only the file's own text was read.",
			"javascript":        "The file holds a script. It was not run.",
			"launch-action":     "The file asks to start a program or to open another file. It was not done.",
			"attached-files":    "The file carries other files (%s); they were not read.",
			"external-content":  "Something in the file is fetched from elsewhere when it is opened. It may be missing in the room.",
			"page-unreadable":   "Page or slide %s could not be read.",
			"scan-unread":       "Pages that are pictures of text and could not be read by machine: %s.",
			"misnamed":          "The file's name has another ending than its content, which is %s. It was read all the same.",
			"attachment-unread": "An attachment could not be read.",
			"no-alt-text":       "Pictures without an alternative text: %s. Colleagues who use a screen reader will miss them.",
			"fonts-missing":     "Fonts that are not embedded in the file: %s. Its letters may look different in the room.",
		},
		remarks: "What we noticed",
		problems: map[string]string{
			"syntax": "this cannot be read: %s", "not-utf8": "this line is not in UTF-8 (in Excel: save as “CSV UTF-8”): %s", "too-big": "the file is too big",
			"unknown-field": "this field is not known: %s", "missing": "%s is missing", "bad-id": "an id has letters, digits, - _ and . only, at most 64: %s",
			"other-meeting": "the id is not that of the folder: %s", "bad-time": "this is no date or time (2021-06-23 or 2021-06-23T09:00): %s",
			"bad-time-zone": "this time zone is not known (for example Africa/Nairobi): %s", "ends-before-start": "this ends before it starts: %s",
			"bad-email": "this is no mail address: %s", "bad-number": "this must be 1 or more: %s", "bad-language": "this is no language code such as en or fr: %s",
			"bad-format": "a format is panel, presentations or case-studies: %s", "bad-sector": "a sector is public, private, civil-society or academia: %s",
			"bad-gender": "a gender is f, m, x or empty: %s", "bad-role": "a role is written role:session, with presenter, panellist, moderator or expert: %s",
			"unknown-session": "meeting.yaml has no session %s", "duplicate": "this id stands here for the second time: %s",
			"missing-column": "the column %s is missing", "wrong-column-count": "this line has another number of columns than the first line: %s",
			"no-sessions": "there is no session", "no-participants": "there is no participant",
		},
		dateFormat: "%[1]d %[2]s %[3]d, %[4]s", months: []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	}
}

func french() vocabulary {
	return vocabulary{
		kinds:  map[string]string{"presentation": "Présentation", "nomination": "Lettre de désignation"},
		states: map[string]string{"outstanding": "MANQUANT", "waived": "dispense : "},
		late:   " (en retard)",
		reasons: map[string]string{
			"empty":                 "le fichier est vide. Merci de l'ouvrir sur votre appareil pour vérifier, puis de le renvoyer.",
			"corrupt":               "le fichier est endommagé ou a été tronqué en chemin. Merci de l'enregistrer à nouveau et d'envoyer la nouvelle copie.",
			"locked":                "le fichier est protégé par un mot de passe. Merci d'en enregistrer une copie sans mot de passe et de l'envoyer.",
			"too-large":             "le fichier est trop volumineux. Merci de réduire les images qu'il contient, ou de l'envoyer en PDF.",
			"not-readable-yet":      "ce type de fichier ne peut pas encore être lu automatiquement.",
			"nobody-named":          "ni sa page de titre ni son nom ne donnent le nom complet d'un participant.",
			"several-named":         "il nomme plusieurs participants.",
			"kind-unclear":          "on ne voit pas s'il s'agit d'une présentation ou d'une lettre de désignation.",
			"session-unclear":       "la personne intervient dans plusieurs séances, et il ne dit pas pour laquelle il est.",
			"not-required":          "aucun document de ce type n'est attendu de la personne nommée.",
			"nominee-not-on-roster": "elle désigne quelqu'un qui ne figure pas sur la liste, ou pas sous ce nom.",
			"over-quota":            "elle désigne plus de fonctionnaires qu'un service ne peut en envoyer.",
			"country-differs":       "elle vient d'un autre pays que la personne de ce nom sur la liste.",
			"ticket-invalid":        "son lien de dépôt n'est pas valable.",
			"ticket-expired":        "son lien de dépôt avait expiré.",
			"unknown-meeting":       "aucune réunion de ce nom n'a été créée.",
			"scan-unread":           "c'est un document numérisé qui n'a pas pu être lu automatiquement.",
			"macros":                "le fichier contient des macros, c'est-à-dire des programmes. Merci d'en enregistrer une copie sans macros (en .pptx, .docx, .odp ou .odt) et de l'envoyer.",
			"executable":            "le fichier contient un programme. Merci de le retirer et d'envoyer le document seul.",
		},
		otherwise: "il doit être examiné.",
		evidence: map[string]string{
			"staff":  "classé par %s",
			"ticket": "envoyé par le lien de dépôt de %s", "name-in-title": "la page de titre nomme %s", "name-in-file-name": "le nom du fichier nomme %s",
			"session-named": "il nomme la séance %s", "looks-like": "type probable : %s",
			"nominated": "la lettre désigne %s", "agency-agrees": "la lettre vient de : %s", "country-agrees": "la lettre vient de : %s",
		},
		findings: map[string]string{
			"macros":            "Le fichier contient des macros, c'est-à-dire des programmes. Merci d'en enregistrer une copie sans macros (en .pptx, .docx, .odp ou .odt).",
			"executable":        "Le fichier contient un programme. Merci de le retirer et d'envoyer le document seul.",
			"embedded-object":   "Un autre document est incorporé au fichier ; seul le texte du fichier lui-même a été lu.",
			"javascript":        "Le fichier contient un script. Il n'a pas été exécuté.",
			"launch-action":     "Le fichier demande à lancer un programme ou à ouvrir un autre fichier. Cela n'a pas été fait.",
			"attached-files":    "Le fichier transporte d'autres fichiers (%s) ; ils n'ont pas été lus.",
			"external-content":  "Un élément du fichier est chargé d'ailleurs à l'ouverture. Il risque de manquer dans la salle.",
			"page-unreadable":   "La page ou diapositive %s n'a pas pu être lue.",
			"scan-unread":       "Pages qui sont des images de texte et n'ont pas pu être lues automatiquement : %s.",
			"misnamed":          "Le nom du fichier n'a pas l'extension de son contenu, qui est %s. Il a été lu malgré tout.",
			"attachment-unread": "Une pièce jointe n'a pas pu être lue.",
			"no-alt-text":       "Images sans texte de remplacement : %s. Elles échapperont aux collègues qui utilisent un lecteur d'écran.",
			"fonts-missing":     "Polices non incorporées au fichier : %s. Les lettres peuvent changer d'aspect dans la salle.",
		},
		remarks: "Nos remarques",
		problems: map[string]string{
			"syntax": "ceci est illisible : %s", "not-utf8": "cette ligne n'est pas en UTF-8 (dans Excel : enregistrer en « CSV UTF-8 ») : %s", "too-big": "le fichier est trop gros",
			"unknown-field": "ce champ est inconnu : %s", "missing": "%s manque", "bad-id": "un identifiant n'a que des lettres, des chiffres, - _ et ., 64 au plus : %s",
			"other-meeting": "l'identifiant n'est pas celui du dossier : %s", "bad-time": "ceci n'est ni une date ni une heure (2021-06-23 ou 2021-06-23T09:00) : %s",
			"bad-time-zone": "ce fuseau horaire est inconnu (par exemple Africa/Nairobi) : %s", "ends-before-start": "ceci finit avant de commencer : %s",
			"bad-email": "ceci n'est pas une adresse électronique : %s", "bad-number": "il faut 1 ou plus : %s", "bad-language": "ceci n'est pas un code de langue comme en ou fr : %s",
			"bad-format": "un format est panel, presentations ou case-studies : %s", "bad-sector": "un secteur est public, private, civil-society ou academia : %s",
			"bad-gender": "un genre est f, m, x ou vide : %s", "bad-role": "un rôle s'écrit rôle:séance, avec presenter, panellist, moderator ou expert : %s",
			"unknown-session": "meeting.yaml n'a pas de séance %s", "duplicate": "cet identifiant figure ici pour la deuxième fois : %s",
			"missing-column": "la colonne %s manque", "wrong-column-count": "cette ligne n'a pas le même nombre de colonnes que la première : %s",
			"no-sessions": "il n'y a aucune séance", "no-participants": "il n'y a aucun participant",
		},
		dateFormat: "%[1]d %[2]s %[3]d, %[4]s", months: []string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
	}
}
