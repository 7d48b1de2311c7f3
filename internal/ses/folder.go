package ses

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"dossier/internal/meeting"
)

// Folder writes mails as files named <outbox id>.eml, on a machine without SES.
type Folder struct{ dir string }

// NewFolder makes a sender into a folder that exists.
func NewFolder(dir string) *Folder { return &Folder{dir: dir} }

// SentLog is the file in a Folder that has a line for each time that a mail was sent: its outbox id.
const SentLog = "sent.log"

// Send writes the mail, whole or not at all. A mail that is there already was sent before: it stays as it is, and
// SentLog has one more line of it.
func (f *Folder) Send(_ context.Context, raw []byte, _ string, m meeting.Mail) (string, error) {
	if m.ID == "" || strings.ContainsAny(m.ID, `/\`) {
		return "", fmt.Errorf("write mail: bad id %q", m.ID)
	}
	tmp, err := os.CreateTemp(f.dir, ".mail-*")
	if err != nil {
		return "", fmt.Errorf("write mail: %w", err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(raw)
	if err := errors.Join(err, tmp.Close()); err != nil {
		return "", fmt.Errorf("write mail: %w", err)
	}
	// A link fails when the name is taken, so two that send the same mail at once leave one.
	err = os.Link(tmp.Name(), filepath.Join(f.dir, m.ID+".eml"))
	if err != nil && !errors.Is(err, os.ErrExist) {
		return "", fmt.Errorf("write mail: %w", err)
	}
	return m.ID, f.note(m.ID)
}

func (f *Folder) note(id string) error {
	file, err := os.OpenFile(filepath.Join(f.dir, SentLog), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("note mail as sent: %w", err)
	}
	_, err = file.WriteString(id + "\n")
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("note mail as sent: %w", err)
	}
	return nil
}
