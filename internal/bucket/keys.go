package bucket

import (
	"strings"
	"time"

	"dossier/internal/meeting"
)

// Prefixes of what people put into the bucket.
const (
	Roster    = "roster/"
	Incoming  = "incoming/"
	Decisions = "decisions/"
)

// Prefixes of objects that are derived from it and can be made again.
const (
	// Parts holds the papers that came in mails and archives; see meeting.PartKey.
	Parts = "parts/"
	// Materials holds the zip files of sessions that staff asked for.
	Materials = "materials/"
	texts     = "text/"
	indexes   = "index/"
	problems  = "problems/"
)

// Folders of a meeting's uploads that are not named for a ticket.
const (
	// Drop is for uploads that come without a link.
	Drop = "drop"
	// Mail is for those that come by mail.
	Mail = "mail"
	// Staff has a folder for each decision by which staff put something in.
	Staff = "staff"
)

// UploadPrefix is where the uploads of a link are; id is its ticket's.
func UploadPrefix(meetingID, id string) string { return Incoming + meetingID + "/" + id + "/" }

// TextKey is the key of what was read of a document.
func TextKey(documentID string) string { return texts + documentID + ".json.gz" }

// IndexKey is the key of a roster that is ready for matching; token is the roster's own.
func IndexKey(meetingID, token string) string { return indexes + meetingID + "/" + token + ".json.gz" }

// ProblemsKey is the key of what was wrong with a pair of roster files; the ids are those of the object versions.
func ProblemsKey(participants, meetingFile string) string {
	return problems + participants + "-" + meetingFile + ".json.gz"
}

// RosterPrefix is where the files of a meeting's roster are.
func RosterPrefix(meetingID string) string { return Roster + meetingID + "/" }

// IndexPrefix is where a meeting's rosters are that are ready for matching.
func IndexPrefix(meetingID string) string { return indexes + meetingID + "/" }

// DecisionPrefix is where a meeting's decisions are.
func DecisionPrefix(meetingID string) string { return Decisions + meetingID + "/" }

// DecisionKey is a new decision's key, by when it was decided and a code of its own.
func DecisionKey(meetingID string, at time.Time, code string) string {
	return DecisionPrefix(meetingID) + at.Format("20060102T150405.000000000Z") + "-" + code[:8] + ".json"
}

// IncomingPrefix is where a meeting's uploads are.
func IncomingPrefix(meetingID string) string { return Incoming + meetingID + "/" }

// MaterialsPrefix is where the zips of a meeting's sessions are.
func MaterialsPrefix(meetingID string) string { return Materials + meetingID + "/" }

// ProblemsPrefix is where the problems are of all pairs with one version of the participants file.
func ProblemsPrefix(participants string) string { return problems + participants + "-" }

// ParseIncoming splits an upload's key into meeting, folder and file name. The folder is a ticket's id, or one that the
// constants above name, or any other, which says nothing of who sent it.
func ParseIncoming(key string) (meetingID, folder, fileName string, ok bool) {
	rest, ok := strings.CutPrefix(key, Incoming)
	if !ok {
		return "", "", "", false
	}
	f := strings.SplitN(rest, "/", 3)
	switch {
	case len(f) == 3 && f[0] != "" && f[2] != "":
		return f[0], f[1], f[2], true
	case len(f) == 2 && f[0] != "" && f[1] != "": // put straight into the meeting's folder
		return f[0], Drop, f[1], true
	}
	return "", "", "", false
}

// ParseRoster splits a roster file's key into meeting and file name. Of a copy, from which somebody was erased, the name is
// that of the file for which it stands.
func ParseRoster(key string) (meetingID, fileName string, ok bool) {
	rest, ok := strings.CutPrefix(key, Roster)
	if !ok {
		return "", "", false
	}
	meetingID, fileName, ok = strings.Cut(rest, "/")
	if o := (meeting.Object{Key: key}); ok && fileName != "" && !strings.Contains(fileName, "/") {
		fileName = o.Name()
	}
	return meetingID, fileName, ok && meetingID != "" && fileName != "" && !strings.Contains(fileName, "/")
}
