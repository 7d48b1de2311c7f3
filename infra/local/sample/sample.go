// Package sample is a fictional meeting: its roster and the files that its participants send. No person and no agency
// in it is real. The presentations were made with python-pptx, the PDFs with ReportLab.
package sample

import "embed"

// Meeting is the meeting's id.
const Meeting = "regm-africa-2021"

// Files are roster/ and incoming/.
//
//go:embed roster incoming
var Files embed.FS
