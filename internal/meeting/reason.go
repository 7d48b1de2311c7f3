package meeting

// Reason says why a document is in review, was rejected or was set aside. It is a stable code for which every language
// has words. In a document that staff rejected or took out it can hold their own words instead.
//
// Unless a comment below says otherwise, the uploader is told if their address is known. The secretariat is told of
// everything in review or quarantine, and of a rejection when no uploader is known.
type Reason string

// Reasons of what cannot be read. The document is rejected, but for the last two.
const (
	ReasonEmpty    Reason = "empty"
	ReasonCorrupt  Reason = "corrupt"
	ReasonLocked   Reason = "locked"
	ReasonTooLarge Reason = "too-large"
	// ReasonPointer: the file only says where another one is, such as a shortcut or a page that asks for a password.
	ReasonPointer Reason = "pointer"
	// ReasonNotReadableYet is not the sender's fault: there is no reader for the format. The document goes to review.
	ReasonNotReadableYet Reason = "not-readable-yet"
	// ReasonScanUnread: the text of a scan could not be read, and nothing else says where it belongs.
	ReasonScanUnread Reason = "scan-unread"
)

// Reasons of documents that are dangerous or could not be taken in. The document is kept without being filed.
const (
	// ReasonMacros and ReasonExecutable: a finding for which the document is quarantined.
	ReasonMacros     Reason = "macros"
	ReasonExecutable Reason = "executable"
	// ReasonMalware: the malware scan has found a threat. The document is quarantined unread.
	ReasonMalware Reason = "malware"
	// ReasonUnscanned: the malware scan failed, or has not ended in time. The document is in review unread.
	ReasonUnscanned Reason = "unscanned"
	// ReasonStuck: the document could not be taken in, for a reason that is not known. Its message is in the
	// dead-letter queue and can be sent again from there.
	ReasonStuck Reason = "stuck"
)

// Reasons of what could not be filed without a person. The document is in review.
const (
	// ReasonUnknownMeeting: no roster has been loaded for the meeting. The address of the whole stack's staff is told.
	ReasonUnknownMeeting Reason = "unknown-meeting"
	ReasonNobodyNamed    Reason = "nobody-named"
	ReasonSeveralNamed   Reason = "several-named"
	ReasonOtherPerson    Reason = "other-person"
	// It came by a link, and its title page presents somebody else than the person of the link.
	ReasonOtherPresenter Reason = "other-presenter"
	// It came by a link, and looks like something else than the link asks for.
	ReasonOtherKind      Reason = "other-kind"
	ReasonKindUnclear    Reason = "kind-unclear"
	ReasonSessionUnclear Reason = "session-unclear"
	ReasonNotRequired    Reason = "not-required"
	ReasonNotSure        Reason = "not-sure"
	// ReasonTooLong: only a part of the document was looked at, for it is very long or names very many people.
	ReasonTooLong Reason = "too-long"
	// ReasonNotOnRoster: a letter nominates somebody who is not on the roster.
	ReasonNotOnRoster Reason = "nominee-not-on-roster"
	// ReasonOverQuota: the agency nominates more officials than it may. If no uploader is known, the officials that
	// the letter names are asked.
	ReasonOverQuota      Reason = "over-quota"
	ReasonCountryDiffers Reason = "country-differs"
	// ReasonTicketInvalid: no uploader is known, so only the secretariat is told.
	ReasonTicketInvalid Reason = "ticket-invalid"
	ReasonTicketExpired Reason = "ticket-expired"
	// ReasonTicketRevoked: somebody else may hold the link, so only the secretariat is told.
	ReasonTicketRevoked Reason = "ticket-revoked"
	// ReasonTooMany: the link has brought in all that it may on one day. The document was not read. For the first of a day
	// the uploader and the secretariat are told.
	ReasonTooMany Reason = "too-many-uploads"
	// ReasonCorrespondence: a mail that holds no paper and nominates nobody. Nobody is told.
	ReasonCorrespondence Reason = "correspondence"
)

// Reasons for which staff reject a document.
const (
	// ReasonNomineesDeclined: staff declined every nominee of the letter.
	ReasonNomineesDeclined Reason = "nominees-declined"
	ReasonWrongDocument    Reason = "wrong-document"
	ReasonWrongMeeting     Reason = "wrong-meeting"
	ReasonNotOfficial      Reason = "not-official"
	ReasonUnreadable       Reason = "unreadable"
	ReasonUnfinished       Reason = "unfinished"
)

// Reasons lists every reason that is a code.
func Reasons() []Reason {
	return append([]Reason{
		ReasonEmpty, ReasonCorrupt, ReasonLocked, ReasonTooLarge, ReasonPointer, ReasonNotReadableYet, ReasonScanUnread,
		ReasonMacros, ReasonExecutable, ReasonMalware, ReasonUnscanned, ReasonStuck,
		ReasonUnknownMeeting, ReasonNobodyNamed, ReasonSeveralNamed, ReasonOtherPerson, ReasonOtherPresenter, ReasonOtherKind, ReasonKindUnclear,
		ReasonSessionUnclear, ReasonNotRequired, ReasonNotSure, ReasonTooLong, ReasonNotOnRoster, ReasonOverQuota,
		ReasonCountryDiffers, ReasonTicketInvalid, ReasonTicketExpired, ReasonTicketRevoked, ReasonTooMany, ReasonCorrespondence,
		ReasonNomineesDeclined,
	}, RejectionReasons()...)
}

// RejectionReasons lists the reasons that staff can choose from when they reject a document.
func RejectionReasons() []Reason {
	return []Reason{ReasonWrongDocument, ReasonWrongMeeting, ReasonNotOfficial, ReasonUnreadable, ReasonUnfinished}
}

// EvidenceCode is a stable code for one observation about whose document it is.
type EvidenceCode string

// Evidence of how a document came and who sent it.
const (
	EvidenceTicket         EvidenceCode = "ticket"
	EvidenceStaff          EvidenceCode = "staff" // a person decided
	EvidenceSentBy         EvidenceCode = "sent-by"
	EvidenceSentByVerified EvidenceCode = "sent-by-verified"
	EvidenceInThread       EvidenceCode = "in-thread"
)

// Evidence of the people named in a document.
const (
	EvidenceNameInTitle     EvidenceCode = "name-in-title"
	EvidenceNameInFileName  EvidenceCode = "name-in-file-name"
	EvidenceNameInMail      EvidenceCode = "name-in-mail"
	EvidenceNameOnSlides    EvidenceCode = "name-on-slides"
	EvidenceNameOnLastSlide EvidenceCode = "name-on-last-slide"
	EvidenceNameInText      EvidenceCode = "name-in-text"
	EvidenceNameOfAuthor    EvidenceCode = "name-of-author"
	EvidenceNamedAside      EvidenceCode = "named-aside"    // as somebody who chairs or is thanked
	EvidenceNamedTogether   EvidenceCode = "named-together" // two presenters side by side
	EvidenceOtherNamed      EvidenceCode = "other-named"    // the title slide presents somebody else
	EvidenceOtherOffice     EvidenceCode = "other-office"   // what stands beside the name is no office of that person
	EvidenceManyNamed       EvidenceCode = "many-named"     // the title page is a list of people
	EvidenceOnBehalf        EvidenceCode = "on-behalf"      // somebody else speaks for this person
	EvidenceAddressInText   EvidenceCode = "address-in-text"
	EvidenceNominated       EvidenceCode = "nominated"
	EvidenceFromSecretariat EvidenceCode = "from-secretariat" // the secretariat sent it itself
	EvidenceAutomatic       EvidenceCode = "automatic"        // a machine sent the mail by itself
	EvidenceInAddress       EvidenceCode = "in-address"       // a nominee is named in a mail address alone
	EvidenceInQuote         EvidenceCode = "in-quote"         // a nominee is named in a quoted mail alone
)

// Evidence of sessions, agencies and countries, and of documents still expected.
const (
	EvidenceSessionNamed   EvidenceCode = "session-named"
	EvidenceSessionNumber  EvidenceCode = "session-number"
	EvidenceSessionLike    EvidenceCode = "session-like"
	EvidenceSessionInMail  EvidenceCode = "session-in-mail"
	EvidenceSessionDiffers EvidenceCode = "session-differs"
	EvidenceAgencyNamed    EvidenceCode = "agency-named"
	EvidenceAgencyAgrees   EvidenceCode = "agency-agrees"
	EvidenceCountryInTitle EvidenceCode = "country-in-title"
	EvidenceCountryAgrees  EvidenceCode = "country-agrees"
	EvidenceCountryIsOther EvidenceCode = "country-is-other"
	EvidenceIsOutstanding  EvidenceCode = "is-outstanding"
	EvidenceIsIn           EvidenceCode = "is-in"
	EvidenceLooksLike      EvidenceCode = "looks-like"  // the detail is a Kind
	EvidenceAct            EvidenceCode = "act"         // what the paper seems to do; the detail is an Act
	EvidenceDoubt          EvidenceCode = "doubt"       // words after which a letter may do something else than nominate
	EvidenceOtherDays      EvidenceCode = "other-days"  // it gives days that are not the meeting's
	EvidenceOtherTown      EvidenceCode = "other-town"  // it names another town beside the meeting's days
	EvidenceNoMeeting      EvidenceCode = "no-meeting"  // it does not say which meeting it is about
	EvidenceForAnother     EvidenceCode = "for-another" // it is addressed to another office
)

// Evidence of the large reader.
const (
	EvidenceReader        EvidenceCode = "reader"         // what it says that the paper does
	EvidenceReadersDiffer EvidenceCode = "readers-differ" // the small readers say something else
	EvidenceReaderSilent  EvidenceCode = "reader-silent"  // it had no answer
)

// Evidence that earlier decisions of staff give.
const (
	EvidenceLearnedAddress  EvidenceCode = "learned-address"
	EvidenceLearnedFileName EvidenceCode = "learned-file-name"
	EvidenceLearnedWording  EvidenceCode = "learned-wording"
)

// EvidenceCodes lists every code of evidence.
func EvidenceCodes() []EvidenceCode {
	return []EvidenceCode{
		EvidenceTicket, EvidenceStaff, EvidenceSentBy, EvidenceSentByVerified, EvidenceInThread,
		EvidenceNameInTitle, EvidenceNameInFileName, EvidenceNameInMail, EvidenceNameOnSlides, EvidenceNameOnLastSlide,
		EvidenceNameInText, EvidenceNameOfAuthor, EvidenceNamedAside, EvidenceNamedTogether, EvidenceOtherNamed,
		EvidenceOtherOffice, EvidenceManyNamed, EvidenceOnBehalf, EvidenceAddressInText, EvidenceNominated, EvidenceFromSecretariat,
		EvidenceAutomatic, EvidenceInAddress, EvidenceInQuote,
		EvidenceSessionNamed, EvidenceSessionNumber, EvidenceSessionLike, EvidenceSessionInMail,
		EvidenceSessionDiffers, EvidenceAgencyNamed, EvidenceAgencyAgrees, EvidenceCountryInTitle,
		EvidenceCountryAgrees, EvidenceCountryIsOther, EvidenceIsOutstanding, EvidenceIsIn, EvidenceLooksLike, EvidenceAct, EvidenceDoubt,
		EvidenceOtherDays, EvidenceOtherTown, EvidenceNoMeeting, EvidenceForAnother, EvidenceReader, EvidenceReadersDiffer, EvidenceReaderSilent,
		EvidenceLearnedAddress, EvidenceLearnedFileName, EvidenceLearnedWording,
	}
}

// FindingCode is a stable code for something that a reader noticed in a file. The uploader is told of it in the receipt.
type FindingCode string

// What readers notice in a file.
const (
	// FindingMacros: the file holds a program that its application runs (VBA, StarBasic).
	FindingMacros FindingCode = "macros"
	// FindingExecutable: the file is a program for a computer, or holds one.
	FindingExecutable FindingCode = "executable"
	// FindingEmbedded: another document or an OLE object is embedded.
	FindingEmbedded FindingCode = "embedded-object"
	// FindingJavaScript: a PDF holds a script.
	FindingJavaScript FindingCode = "javascript"
	// FindingLaunch: a PDF starts a program or opens a file.
	FindingLaunch FindingCode = "launch-action"
	// FindingAttachedFiles: a PDF carries files; the detail is their number.
	FindingAttachedFiles FindingCode = "attached-files"
	// FindingExternal: something is loaded from elsewhere when the file is opened.
	FindingExternal FindingCode = "external-content"
	// FindingPageUnreadable: a page cannot be read; the detail is its number.
	FindingPageUnreadable FindingCode = "page-unreadable"
	// FindingScanUnread: pages without text could not be read, because there is no engine or too little time; the
	// detail is their number.
	FindingScanUnread FindingCode = "scan-unread"
	// FindingMisnamed: the extension belongs to another format; the detail is the true one.
	FindingMisnamed FindingCode = "misnamed"
	// FindingNoAltText: pictures have no alternative text; the detail is their number.
	FindingNoAltText FindingCode = "no-alt-text"
	// FindingFontsMissing: fonts are not embedded; the detail is their number.
	FindingFontsMissing FindingCode = "fonts-missing"
	// FindingAttachmentUnread: an attachment of a mail could not be read; the detail is the Reason.
	FindingAttachmentUnread FindingCode = "attachment-unread"
)

// FindingCodes lists every code of a finding.
func FindingCodes() []FindingCode {
	return []FindingCode{
		FindingMacros, FindingExecutable, FindingEmbedded, FindingJavaScript, FindingLaunch, FindingAttachedFiles,
		FindingExternal, FindingPageUnreadable, FindingScanUnread, FindingMisnamed, FindingNoAltText,
		FindingFontsMissing, FindingAttachmentUnread,
	}
}

// Refusal says why something that a person asked for was not carried out. The person who asked is told, and nobody else.
type Refusal string

// Refusals of a decision, when it is carried out.
const (
	// RefusalNoSuchDocument, RefusalNoSuchRequirement, RefusalNoSuchNominee and RefusalNoSuchDecision: the thing that
	// is decided about does not exist, or not any more.
	RefusalNoSuchDocument    Refusal = "no-such-document"
	RefusalNoSuchRequirement Refusal = "no-such-requirement"
	RefusalNoSuchNominee     Refusal = "no-such-nominee"
	RefusalNoSuchDecision    Refusal = "no-such-decision"
	// RefusalAlreadyIn: a document came in before its requirement could be waived.
	RefusalAlreadyIn Refusal = "already-in"
	// RefusalAlreadyDecided: an earlier decision has left nothing to decide.
	RefusalAlreadyDecided Refusal = "already-decided"
	// RefusalChangedSince: the decision cannot be undone, because what it changed has changed again.
	RefusalChangedSince Refusal = "changed-since"
	// RefusalBadParts: the parts of a split overlap, or are empty, too many or outside the document.
	RefusalBadParts      Refusal = "bad-parts"
	RefusalUnknownAction Refusal = "unknown-action"
)

// Refusals of a form, before anything is decided.
const (
	RefusalNotAllowed    Refusal = "not-allowed"
	RefusalNotUnderstood Refusal = "not-understood"
	RefusalNoPlace       Refusal = "no-place"
	RefusalNoReason      Refusal = "no-reason"
	RefusalNoRole        Refusal = "no-role"
	RefusalBadEmail      Refusal = "bad-email"
	// RefusalClosed: the original names somebody who was erased, and only those may see it who decide.
	RefusalClosed Refusal = "closed"
)

// Refusals of a request to erase a person.
const (
	RefusalNobodyThere   Refusal = "nobody-there"
	RefusalStillOnRoster Refusal = "still-on-roster"
)

// DecisionRefusals lists the refusals that a page explains in words; any other is shown as not understood.
func DecisionRefusals() []Refusal {
	return []Refusal{
		RefusalNoSuchDocument, RefusalNoSuchRequirement, RefusalNoSuchNominee, RefusalNoSuchDecision,
		RefusalAlreadyIn, RefusalAlreadyDecided, RefusalChangedSince, RefusalBadParts,
		RefusalNotAllowed, RefusalNotUnderstood, RefusalNoPlace, RefusalNoReason, RefusalNoRole, RefusalBadEmail,
		RefusalClosed,
	}
}

// Refusals lists every refusal.
func Refusals() []Refusal {
	return append(DecisionRefusals(), RefusalUnknownAction, RefusalNobodyThere, RefusalStillOnRoster)
}
