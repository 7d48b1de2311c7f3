package meeting

import (
	"slices"
	"strings"
)

// DocumentState is what decisions change in a document, and what undoing one brings back: whole, by assignment.
type DocumentState struct {
	Status Status `json:"status"`
	Kind   Kind   `json:"kind,omitempty"`
	// Reason is a stable word for why the document is in review or was rejected.
	Reason Reason `json:"reason,omitempty"`
	// Satisfies are the requirements that the document satisfies now, FiledFor all that it was ever filed for.
	Satisfies []RequirementKey `json:"satisfies,omitempty"`
	FiledFor  []RequirementKey `json:"filedFor,omitempty"`
	// SupersededBy is the id of the document that took its place.
	SupersededBy string     `json:"supersededBy,omitempty"`
	Evidence     []Evidence `json:"evidence,omitempty"`
	// Confidence is the chance, from 0 to 1, that the document was filed rightly.
	Confidence float64 `json:"confidence,omitempty"`
	// Late: it came after the last moment for its kind; see Meeting.Due.
	Late bool `json:"late,omitempty"`
	// Letter is what a nomination letter says; nil for any other paper.
	Letter *Letter `json:"letter,omitempty"`
	// Parts are the page ranges into which staff split the document.
	Parts []Part `json:"parts,omitempty"`
	// Joined are the ids of documents that staff made parts of this one, PartOf the one that this is a part of.
	Joined []string `json:"joined,omitempty"`
	PartOf string   `json:"partOf,omitempty"`
}

// Profile is what a requirement says of its participant, as the roster in force has it.
type Profile struct {
	Name       string `json:"name"`
	Salutation string `json:"salutation,omitempty"`
	Email      string `json:"email"`
	Agency     string `json:"agency"`
	Country    string `json:"country"`
	Language   string `json:"language"` // BCP 47 primary tag
	Gender     string `json:"gender,omitempty"`
	Sector     Sector `json:"sector,omitempty"`
}

// RequirementState is what documents and decisions change in a requirement, and what undoing a decision brings back.
type RequirementState struct {
	State State `json:"state"`
	// Document is the id of the accepted document, FileName its name, Title what it calls itself.
	Document string `json:"document,omitempty"`
	FileName string `json:"fileName,omitempty"`
	Title    string `json:"title,omitempty"`
	// Pages are those of the document that are meant, "3-7"; empty for all.
	Pages string `json:"pages,omitempty"`
	Late  bool   `json:"late,omitempty"`
	// LatestUpload is the upload order of the newest document ever filed here, withdrawn ones too.
	LatestUpload string `json:"latestUpload,omitempty"`
	// Versions are the upload orders of the documents filed here, withdrawn ones too, the newest first. When one goes, the
	// next that still counts takes its place.
	Versions []string `json:"versions,omitempty"`
	// WaivedBy and Reason say who waived it and why.
	WaivedBy string `json:"waivedBy,omitempty"`
	Reason   string `json:"reason,omitempty"`
	// Retired: the roster no longer asks for it. What was filed is kept, should it ask again.
	Retired bool `json:"retired,omitempty"`
}

// mostVersions bounds how many versions of a paper are remembered at a requirement.
const mostVersions = 20

// AddVersion notes that the document of an upload order was filed here.
func (r *RequirementState) AddVersion(order string) {
	at, known := slices.BinarySearchFunc(r.Versions, order, func(a, b string) int { return strings.Compare(b, a) })
	if !known {
		r.Versions = first(slices.Insert(slices.Clone(r.Versions), at, order), mostVersions)
	}
	r.LatestUpload = max(r.LatestUpload, order)
}

// Upload gives the upload order of the document that is in; "" when none is.
func (r *RequirementState) Upload() string {
	if r.Document == "" {
		return ""
	}
	for _, v := range r.Versions {
		if strings.HasSuffix(v, "#"+r.Document) {
			return v
		}
	}
	return r.LatestUpload
}

// Before gives the ids of the documents filed here that were uploaded before one of an upload order, the newest first.
func (r *RequirementState) Before(order string) []string {
	var ids []string
	for _, v := range r.Versions {
		if v < order {
			ids = append(ids, v[strings.LastIndex(v, "#")+1:])
		}
	}
	return ids
}
