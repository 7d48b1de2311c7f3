package bucket

import "strings"

// Prefixes of what people put into the bucket.
const (
	Roster    = "roster/"
	Incoming  = "incoming/"
	Decisions = "decisions/"
)

// Prefixes of objects that are derived from it and can be made again.
const (
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

// DerivedPrefixes are where names of a meeting's people are written, apart from uploads and their texts.
func DerivedPrefixes(meetingID string) []string {
	return []string{Roster + meetingID + "/", indexes + meetingID + "/", problems, Decisions + meetingID + "/"}
}

// DocumentPrefixes are where the uploads of a meeting are, and the texts of all documents.
func DocumentPrefixes(meetingID string) []string { return []string{Incoming + meetingID + "/", texts} }

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

// ParseRoster splits a roster file's key into meeting and file name.
func ParseRoster(key string) (meetingID, fileName string, ok bool) {
	rest, ok := strings.CutPrefix(key, Roster)
	if !ok {
		return "", "", false
	}
	meetingID, fileName, ok = strings.Cut(rest, "/")
	return meetingID, fileName, ok && meetingID != "" && fileName != "" && !strings.Contains(fileName, "/")
}
