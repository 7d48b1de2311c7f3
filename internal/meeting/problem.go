package meeting

// RosterProblem is one thing that is wrong with a roster, at a line of a file (from 1; 0 is the file as a whole).
type RosterProblem struct {
	File string `json:"file"`
	Line int    `json:"line"`
	// Code names the mistake, Value the text at fault.
	Code  string `json:"code"`
	Value string `json:"value,omitempty"`
	// ID is the participant's id that a problem is about, and Before what stood there in the roster in force. Most problems
	// have neither.
	ID     string `json:"id,omitempty"`
	Before string `json:"before,omitempty"`
}
