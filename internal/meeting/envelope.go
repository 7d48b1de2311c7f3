package meeting

import (
	"fmt"
	"strings"
)

// Envelope is an upload that holds papers: a mail, a mailbox or an archive.
type Envelope struct {
	Document string `json:"document"` // its id
	Key      string `json:"key"`
	FileName string `json:"fileName"`
}

// Enclosed is a paper that came in an upload.
type Enclosed struct {
	Document string `json:"document"` // its id
	FileName string `json:"fileName"`
}

// partPrefix is where the papers are that came in others.
const partPrefix = "parts/"

// PartKey is the key of a paper in an upload: by the upload's id, and the place within. It holds no name, for a name can be
// a person's.
func PartKey(meetingID, upload, place string) string {
	return partPrefix + meetingID + "/" + upload + "/" + place
}

// PartsPrefix is where the papers are that came in a meeting's uploads.
func PartsPrefix(meetingID string) string { return partPrefix + meetingID + "/" }

// IsPart tells whether the object is a paper that came in an upload.
func (o Object) IsPart() bool { return strings.HasPrefix(o.Key, partPrefix) }

// Within gives an object the time and the order of the upload that it came in: after it, and the n-th of its parts.
func (o Object) Within(upload Object, n int) Object {
	o.Time = upload.Time
	o.Sequencer = fmt.Sprintf("%s%04X", padded(upload.Sequencer), n)
	return o
}

// UploadKey is the key of the upload with which the document came.
func (d Document) UploadKey() string {
	if d.Envelope != nil {
		return d.Envelope.Key
	}
	return d.Key
}
