package loadtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// counts is what the system's log and its folder of mails say has happened.
type counts struct {
	loaded bool // the roster is in force
	filed  int  // documents filed, as the log counts them
	// receipts, completes and others are mails by template; each mail is one file, however often it was sent.
	receipts, completes, others int
	repeated                    int             // mails sent once more
	times                       []time.Duration // from upload to filed
}

func (p *process) count() (counts, error) {
	var c counts
	data, err := os.ReadFile(filepath.Join(p.folder, "dossier.log"))
	if err != nil {
		return c, fmt.Errorf("read log: %w", err)
	}
	c.countLog(data)
	mails, err := os.ReadDir(filepath.Join(p.folder, "mail"))
	if err != nil {
		return c, fmt.Errorf("read mails: %w", err)
	}
	for _, m := range mails {
		c.countMail(m.Name())
	}
	return c, nil
}

// logLine has the fields of the log that are counted.
type logLine struct {
	Msg           string   `json:"msg"`
	Result        string   `json:"result"`
	Filed         int      `json:"DocumentsFiled"`
	UploadToFiled *float64 `json:"UploadToFiled"` // milliseconds
	Mail          struct {
		ID string `json:"id"`
	} `json:"mail"`
}

func (c *counts) countLog(data []byte) {
	sent := map[string]int{}
	for line := range bytes.Lines(data) {
		var l logLine
		if json.Unmarshal(line, &l) != nil {
			continue // the last line may be half written
		}
		c.loaded = c.loaded || l.Msg == "roster" && l.Result == "loaded"
		c.filed += l.Filed
		if l.UploadToFiled != nil {
			c.times = append(c.times, time.Duration(*l.UploadToFiled)*time.Millisecond)
		}
		if l.Msg == "mail sent" {
			sent[l.Mail.ID]++
		}
	}
	for _, n := range sent {
		c.repeated += n - 1
	}
}

func (c *counts) countMail(file string) {
	switch {
	case !strings.HasSuffix(file, ".eml"):
	case strings.HasPrefix(file, "receipt-"):
		c.receipts++
	case strings.HasPrefix(file, "complete-"):
		c.completes++
	default:
		c.others++
	}
}
