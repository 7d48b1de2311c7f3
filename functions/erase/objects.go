package erase

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"

	"dossier/internal/bucket"
	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// document erases one with its object version and its text.
func (f *Function) document(ctx context.Context, m meeting.Meeting, d *meeting.Document) error {
	if err := f.registry.Release(ctx, m, d.ID); err != nil {
		return err
	}
	if err := f.bucket.Delete(ctx, d.Object); err != nil {
		return err
	}
	if d.Text == "" {
		return nil
	}
	_, err := f.empty(ctx, d.Text)
	return err
}

// empty deletes every version under a prefix and counts them.
func (f *Function) empty(ctx context.Context, prefix string) (n int, err error) {
	all, _, err := f.bucket.Versions(ctx, prefix, "", maxPages)
	if err != nil {
		return 0, err
	}
	for _, o := range all {
		if err := f.bucket.Delete(ctx, o); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// maxPages bounds the listings of one prefix: a hundred thousand versions.
const maxPages = 100

// maxObject bounds an object that is searched.
const maxObject = 256 << 20

// objects deletes all zips of materials, and the old roster files and indexes, problems and decisions that name the
// person. Those in force name nobody who was taken out.
func (f *Function) objects(ctx context.Context, m *meeting.Meeting, words *regexp.Regexp) (int, error) {
	n := 0
	for _, prefix := range bucket.DerivedPrefixes(m.ID) {
		all, _, err := f.bucket.Versions(ctx, prefix, "", maxPages)
		if err != nil {
			return n, err
		}
		for _, o := range all {
			holds, err := f.holds(ctx, o, words)
			if err != nil {
				return n, err
			}
			if !holds {
				continue
			}
			if err := f.bucket.Delete(ctx, o); err != nil {
				return n, err
			}
			n++
		}
	}
	// The zips of materials hold names and files that are packed; the next reader gets a new one.
	zips, err := f.empty(ctx, bucket.Materials+m.ID+"/")
	return n + zips, err
}

// holds tells whether an object holds any of the words, packed or not.
func (f *Function) holds(ctx context.Context, o meeting.Object, words *regexp.Regexp) (bool, error) {
	data, err := f.bucket.Read(ctx, o, maxObject)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if zr, err := gzip.NewReader(bytes.NewReader(data)); err == nil {
		if data, err = io.ReadAll(io.LimitReader(zr, maxObject)); err != nil {
			return false, fmt.Errorf("unpack object %s: %w", o.ID(), err)
		}
	}
	return words.Match(data), nil
}

// left looks for the person everywhere but in the documents that concern others too.
func (f *Function) left(
	ctx context.Context,
	m *meeting.Meeting,
	e store.Erasure,
	words *regexp.Regexp,
	shared []string,
) ([]string, error) {
	found, err := f.store.Mentions(ctx, e)
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, prefix := range slices.Concat(bucket.DerivedPrefixes(m.ID), bucket.DocumentPrefixes(m.ID)) {
		all, _, err := f.bucket.Versions(ctx, prefix, "", maxPages)
		if err != nil {
			return nil, err
		}
		for _, o := range all {
			if slices.ContainsFunc(
				shared,
				func(id string) bool { return o.ID() == id || o.Key == bucket.TextKey(id) },
			) {
				continue
			}
			holds, err := f.holds(ctx, o, words)
			if err != nil {
				errs = append(errs, err)
			} else if holds || words.MatchString(o.Key) {
				found = append(found, "object "+o.ID())
			}
		}
	}
	return found, errors.Join(errs...)
}
