// Package oletest writes small compound files (MS-CFB) for tests.
package oletest

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"unicode/utf16"
)

const (
	sector     = 512
	mini       = 64
	cutoff     = 4096
	free       = 0xffffffff
	end        = 0xfffffffe
	fatSector  = 0xfffffffd
	entrySize  = 128
	noStream   = 0xffffffff
	kindStream = 2
)

type entry struct {
	name        string
	kind        byte
	child, next uint32
	start       uint32
	size        int
}

// File writes streams by their paths, with slashes between storages. Storages are made as they are needed.
func File(streams map[string][]byte) []byte {
	entries := []entry{{name: "Root Entry", kind: 5, child: noStream, next: noStream, start: end}}
	index := map[string]int{"": 0}
	var storage func(path string) int
	add := func(parent int, e entry) int {
		e.next = entries[parent].child
		entries = append(entries, e)
		entries[parent].child = uint32(len(entries) - 1)
		return len(entries) - 1
	}
	split := func(path string) (string, string) {
		if i := strings.LastIndexByte(path, '/'); i >= 0 {
			return path[:i], path[i+1:]
		}
		return "", path
	}
	storage = func(path string) int {
		if i, ok := index[path]; ok {
			return i
		}
		parent, name := split(path)
		i := add(storage(parent), entry{name: name, kind: 1, child: noStream, start: 0})
		index[path] = i
		return i
	}
	var fat, miniFAT []uint32
	var sectors, minis bytes.Buffer
	chain := func(table *[]uint32, n int) uint32 {
		first := uint32(len(*table))
		for i := range n {
			*table = append(*table, first+uint32(i)+1)
		}
		(*table)[len(*table)-1] = end
		return first
	}
	put := func(data []byte) uint32 {
		n := (len(data) + sector - 1) / sector
		sectors.Write(data)
		sectors.Write(make([]byte, n*sector-len(data)))
		return chain(&fat, n)
	}
	paths := make([]string, 0, len(streams))
	for p := range streams {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	for _, p := range paths {
		data := streams[p]
		parent, name := split(p)
		e := entry{name: name, kind: kindStream, child: noStream, start: end, size: len(data)}
		switch {
		case len(data) == 0:
		case len(data) < cutoff:
			n := (len(data) + mini - 1) / mini
			e.start = chain(&miniFAT, n)
			minis.Write(data)
			minis.Write(make([]byte, n*mini-len(data)))
		default:
			e.start = put(data)
		}
		add(storage(parent), e)
	}
	miniStart, miniCount := uint32(end), 0
	if minis.Len() > 0 {
		entries[0].start, entries[0].size = put(minis.Bytes()), minis.Len()
		var b bytes.Buffer
		for len(miniFAT)%(sector/4) != 0 {
			miniFAT = append(miniFAT, free)
		}
		_ = binary.Write(&b, binary.LittleEndian, miniFAT)
		miniCount = b.Len() / sector
		miniStart = put(b.Bytes())
	}
	var directory bytes.Buffer
	for _, e := range entries {
		var raw [entrySize]byte
		units := utf16.Encode([]rune(e.name))
		for i, u := range units {
			binary.LittleEndian.PutUint16(raw[2*i:], u)
		}
		binary.LittleEndian.PutUint16(raw[64:], uint16(2*len(units)+2))
		raw[66], raw[67] = e.kind, 1
		binary.LittleEndian.PutUint32(raw[68:], noStream)
		binary.LittleEndian.PutUint32(raw[72:], e.next)
		binary.LittleEndian.PutUint32(raw[76:], e.child)
		binary.LittleEndian.PutUint32(raw[116:], e.start)
		binary.LittleEndian.PutUint32(raw[120:], uint32(e.size))
		directory.Write(raw[:])
	}
	directoryStart := put(directory.Bytes())
	// The table has to hold the sectors of its own.
	own := 1
	for (len(fat)+own)*4 > own*sector {
		own++
	}
	fatStart := uint32(len(fat))
	for range own {
		fat = append(fat, fatSector)
	}
	for len(fat)%(sector/4) != 0 {
		fat = append(fat, free)
	}
	_ = binary.Write(&sectors, binary.LittleEndian, fat)

	var header [sector]byte
	copy(header[:], "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	put16 := func(at int, v uint16) { binary.LittleEndian.PutUint16(header[at:], v) }
	put32 := func(at int, v uint32) { binary.LittleEndian.PutUint32(header[at:], v) }
	put16(24, 0x3e)
	put16(26, 3)
	put16(28, 0xfffe)
	put16(30, 9)
	put16(32, 6)
	put32(44, uint32(own))
	put32(48, directoryStart)
	put32(56, cutoff)
	put32(60, miniStart)
	put32(64, uint32(miniCount))
	put32(68, end)
	for i := range 109 {
		v := uint32(free)
		if i < own {
			v = fatStart + uint32(i)
		}
		put32(76+4*i, v)
	}
	return append(header[:], sectors.Bytes()...)
}

// UTF16 encodes little-endian UTF-16.
func UTF16(s string) []byte {
	var b bytes.Buffer
	_ = binary.Write(&b, binary.LittleEndian, utf16.Encode([]rune(s)))
	return b.Bytes()
}
