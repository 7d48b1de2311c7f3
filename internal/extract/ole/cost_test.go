package ole_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"dossier/internal/extract/content"
	"dossier/internal/extract/ole"
	"dossier/internal/extract/ole/oletest"
	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/memtest"
)

// A thousand properties whose texts are the same bytes cost little, and a title is still read.
func TestPropertiesOfTheSameBytes(t *testing.T) {
	const n, size = 1000, 300_000
	for kind, text := range map[uint32][]byte{30: bytes.Repeat([]byte("é"), size/2), 31: oletest.UTF16(strings.Repeat("é", size/2))} {
		b := append(make([]byte, 44), u32s(48, 0, n)...)
		for i := range n {
			b = append(b, u32s(uint32(2+i), 8+8*n)...)
		}
		count := uint32(len(text))
		if kind == 31 {
			count /= 2
		}
		b = append(append(b, u32s(kind, count)...), text...)
		s := word(oneTable, []string{"hello"}, []bool{true}, [7]uint32{5})
		s["\x05SummaryInformation"] = b
		data := oletest.File(s)
		got := memtest.Allocated(func() {
			c, err := read(t, content.DOC, data, content.Limits{})
			if err != nil || len(c.Metadata.Title) < 1000 {
				t.Errorf("kind %d: title of %d bytes, %v", kind, len(c.Metadata.Title), err)
			}
		})
		if got > 150<<20 {
			t.Errorf("kind %d: %d MB allocated for a file of %d KB", kind, got>>20, len(data)>>10)
		}
	}
}

// Streams may be made of the same bytes: reading far more than the file has is refused.
func TestStreamsAreBounded(t *testing.T) {
	data := oletest.File(map[string][]byte{"big": make([]byte, 100_000)})
	c, err := ole.Open(bytes.NewReader(data), int64(len(data)), content.Limits{}.WithDefaults())
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if got, err := c.Stream("big"); err != nil || len(got) != 100_000 || c.Err() != nil {
			t.Fatalf("%d bytes, %v", len(got), err)
		}
	}
	if head, err := c.Head("big", 10); err != nil || len(head) != 10 {
		t.Fatalf("%d bytes, %v", len(head), err)
	}
	for range 3 {
		_, err = c.Stream("big")
	}
	if !fault.Because(err, meeting.ReasonTooLarge) || !fault.Because(c.Err(), meeting.ReasonTooLarge) {
		t.Errorf("%v, %v", err, c.Err())
	}
}

// Of an embedded object no more is read than tells a program.
func TestHeadsOfObjects(t *testing.T) {
	s := word(oneTable, []string{"hello"}, []bool{true}, [7]uint32{5})
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		s["ObjectPool/"+name+"/\x01Ole10Native"] = make([]byte, 100_000)
	}
	data := oletest.File(s)
	if got := memtest.Allocated(func() {
		if c, err := read(t, content.DOC, data, content.Limits{}); err != nil || !c.Has(meeting.FindingEmbedded) {
			t.Errorf("%v", err)
		}
	}); got > 400_000 {
		t.Errorf("%d bytes allocated", got)
	}
}

// Records without end are looked at one by one: they take no memory.
func TestRecordsTakeNoMemory(t *testing.T) {
	cost := func(n int) uint64 {
		data := oletest.File(show(bytes.Repeat(rec(15, 0, 0xf004), n), false, false))
		return memtest.Allocated(func() {
			if c, err := read(t, content.PPT, data, content.Limits{}); err != nil || len(c.Pages) != 1 {
				t.Errorf("%v", err)
			}
		})
	}
	// The stream itself is read, of eight bytes a record.
	if few, many := cost(1000), cost(100_000); many-few > 99_000*16 {
		t.Errorf("%d bytes for 99,000 records more", many-few)
	}
}

// No more slides are listed than may be read.
func TestSlidesAreBounded(t *testing.T) {
	one := rec(0, 0, 0x03f3, u32s(2, 0, 0, 256, 0))
	data := oletest.File(showing(rec(15, 0, 0x0ff0, bytes.Repeat(one, 20_000)), nil, false, false))
	var err error
	n := memtest.Allocated(func() { _, err = read(t, content.PPT, data, content.Limits{Pages: 10}) })
	if !fault.Because(err, meeting.ReasonTooLarge) || n > 4<<20 {
		t.Errorf("%d bytes allocated, %v", n, err)
	}
}

// Following the edits of a presentation ends with the context.
func TestEditsStop(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	data := oletest.File(show(nil, false, false))
	if _, err := ole.Read(ctx, content.PPT, bytes.NewReader(data), int64(len(data)), content.Limits{}.WithDefaults()); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
