package system

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"os"

	"dossier/internal/ticket"
)

// listen opens a port and says clearly when it is taken.
func listen(addr, flag string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		const advice = "is something else running there, perhaps another Dossier? Stop it, or choose another port with"
		return nil, fmt.Errorf("%s cannot be used: %s %s: %w", addr, advice, flag, err)
	}
	return l, nil
}

// taken fails when a port cannot be opened.
func taken(addr, flag string) error {
	l, err := listen(addr, flag)
	if err != nil {
		return err
	}
	return l.Close()
}

// ignoreClosed makes a close function of a listener succeed when its server has closed it.
func ignoreClosed(f func() error) func() error {
	return func() error {
		if err := f(); err != nil && !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	}
}

// ticketKeys reads the signing keys, and makes one at the first start.
func ticketKeys(file string) (ticket.Text, error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		key := make([]byte, 32)
		if _, err := rand.Read(key); err != nil {
			return "", fmt.Errorf("make ticket key: %w", err)
		}
		data = []byte("local:" + base64.StdEncoding.EncodeToString(key))
		err = os.WriteFile(file, data, 0o600)
	}
	if err != nil {
		return "", fmt.Errorf("ticket keys: %w", err)
	}
	if _, err := ticket.ParseKeys(string(data)); err != nil {
		return "", fmt.Errorf("%s: %w", file, err)
	}
	return ticket.Text(data), nil
}
