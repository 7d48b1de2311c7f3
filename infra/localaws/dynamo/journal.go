package dynamo

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"sync"
	"syscall"

	"github.com/go-json-experiment/json"

	"dossier/infra/localaws/dynamo/attr"
)

// journal keeps a server's tables in a file, a line a change, so that they outlive the process however it ends. All
// that one request writes is one line: it is kept whole or not at all. A nil journal keeps nothing.
type journal struct {
	mu   sync.Mutex
	file *os.File
	end  int64 // of the last whole line
}

// entry is one line.
type entry struct {
	Create *createTable `json:"create,omitzero"`
	Drop   string       `json:"drop,omitzero"`
	Items  []kept       `json:"items,omitzero"`
}

// kept is an item as a write left it.
type kept struct {
	Table string   `json:"table"`
	Put   attr.Map `json:"put,omitzero"`
	Key   attr.Map `json:"key,omitzero"` // of one that was deleted
}

// ErrInUse: another process keeps its tables in the file.
var ErrInUse = errors.New("the file of tables is in use by another process")

// Open makes a server that keeps its tables in a file, with those that the file holds. Close frees the file.
func Open(path string) (_ *Server, err error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open tables: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, file.Close())
		}
	}()
	if syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		return nil, ErrInUse
	}
	s := New()
	if err := s.replay(file); err != nil {
		return nil, fmt.Errorf("read tables: %w", err)
	}
	if err := s.compact(file); err != nil {
		return nil, fmt.Errorf("write tables: %w", err)
	}
	return s, nil
}

// Close frees the file that the tables are kept in.
func (s *Server) Close() error {
	if s.journal == nil {
		return nil
	}
	return s.journal.file.Close()
}

// replay carries out what the lines of a file say. A last line without an end was being written when the process died.
func (s *Server) replay(file io.Reader) error {
	for r := bufio.NewReaderSize(file, 1<<20); ; {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.apply(line); err != nil {
			return err
		}
	}
}

func (s *Server) apply(line []byte) error {
	var e entry
	if err := json.Unmarshal(line, &e); err != nil {
		return err
	}
	switch {
	case e.Create != nil:
		_, err := s.createTable(e.Create)
		return err
	case e.Drop != "":
		_, err := s.remove(e.Drop)
		return err
	}
	for _, i := range e.Items {
		t, err := s.table(i.Table)
		if err != nil {
			return err
		}
		if i.Put != nil {
			t.set(t.primary(i.Put), i.Put)
		} else if primary := t.primary(i.Key); t.get(primary) != nil {
			t.set(primary, nil)
		}
	}
	return nil
}

// compact writes the file anew with the tables as they are, and goes on from there. A death in between leaves the file
// as it was: the new lines come first in a file of their own.
func (s *Server) compact(file *os.File) error {
	fresh, err := os.OpenFile(file.Name()+".new", os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	// The lock goes with the file, so it is held on both until the new one stands in the place of the old.
	if syscall.Flock(int(fresh.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		return errors.Join(ErrInUse, fresh.Close())
	}
	j := &journal{file: fresh}
	for _, name := range slices.Sorted(maps.Keys(s.tables)) {
		t := s.tables[name]
		err = errors.Join(err, j.add(entry{Create: t.input}))
		t.items.Scan(func(_ string, i *item) bool {
			err = errors.Join(err, j.add(entry{Items: []kept{{Table: name, Put: i.attrs}}}))
			return err == nil
		})
	}
	if err = errors.Join(err, fresh.Sync()); err == nil {
		err = os.Rename(fresh.Name(), file.Name())
	}
	if err != nil {
		return errors.Join(err, fresh.Close())
	}
	s.journal = j
	return file.Close()
}

// add writes one line. After a failure the file ends where it ended before, and the caller stores nothing.
func (j *journal) add(e entry) error {
	if j == nil {
		return nil
	}
	line, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("keep change: %w", err)
	}
	line = append(bytes.ReplaceAll(line, []byte("\n"), []byte(" ")), '\n')
	j.mu.Lock()
	defer j.mu.Unlock()
	if _, err := j.file.WriteAt(line, j.end); err != nil {
		return errors.Join(fmt.Errorf("keep change: %w", err), j.file.Truncate(j.end))
	}
	j.end += int64(len(line))
	return nil
}

// keep writes down what the writes of one request leave behind, before it is stored. The caller holds the locks.
func (s *Server) keep(writes []*write, changes []change) error {
	if s.journal == nil {
		return nil
	}
	var e entry
	for i, w := range writes {
		switch c := changes[i]; {
		case w.unchanged, c.old == nil && c.next == nil:
		case c.next == nil:
			e.Items = append(e.Items, kept{Table: w.table.name, Key: w.table.keyOf(c.old)})
		default:
			e.Items = append(e.Items, kept{Table: w.table.name, Put: c.next})
		}
	}
	if len(e.Items) == 0 {
		return nil
	}
	return s.journal.add(e)
}
