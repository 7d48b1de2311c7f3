package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Redacted stands where something about a person was erased.
const Redacted = "[erased]"

// Erasure says what of one person is to go out of the table.
type Erasure struct {
	Meeting     string
	Participant string
	Documents   []string // ids of those that are the person's alone
	// Words are all spellings of the person's names and addresses; they are erased wherever they stand, in any case.
	Words []string
}

// Erased counts what an erasure did.
type Erased struct{ Deleted, Redacted int }

// Pattern finds any of the words in any case, with any white space in them. It fails when there are none.
func (e Erasure) Pattern() (*regexp.Regexp, error) {
	var all []string
	for _, w := range e.Words {
		parts := strings.Fields(w)
		for i := range parts {
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		if len(parts) > 0 {
			all = append(all, strings.Join(parts, `\s+`))
		}
	}
	if len(all) == 0 {
		return nil, errors.New("erase: nobody is named")
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	words, err := regexp.Compile(`(?i)(?:` + strings.Join(all, "|") + `)`)
	if err != nil {
		return nil, fmt.Errorf("erase: make a pattern: %w", err)
	}
	return words, nil
}

// Erase deletes the items that are a person's own, and erases the person's words in all others, audits too. It reads the whole
// table: it is for the rare day on which somebody asks for it. What fails can be run again. Items that change meanwhile are left
// for the next run, which Mentions asks for.
func (s *Store) Erase(ctx context.Context, e Erasure) (Erased, error) {
	var done Erased
	words, err := e.Pattern()
	if err != nil {
		return done, err
	}
	err = s.scan(ctx, func(i item) error {
		k := key{text(i["PK"]), text(i["SK"])}
		owned, err := e.owns(k, i)
		switch {
		case err != nil:
			return fmt.Errorf("erase %s: %w", k.sk, err)
		case owned:
			done.Deleted++
			return s.delete(ctx, k)
		}
		clean, changed := redact(&types.AttributeValueMemberM{Value: i}, words)
		if !changed {
			return nil
		}
		done.Redacted++
		return s.replace(ctx, k, i["rev"], clean.(*types.AttributeValueMemberM).Value)
	})
	return done, err
}

func (s *Store) delete(ctx context.Context, k key) error {
	if _, err := s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: k.attributes()}); err != nil {
		return fmt.Errorf("erase %s: %w", k.sk, err)
	}
	return nil
}

// replace writes an item in place of the one with the revision; nil is one without. An item that changed meanwhile
// stays as it is.
func (s *Store) replace(ctx context.Context, k key, revision types.AttributeValue, i item) error {
	put := &dynamodb.PutItemInput{TableName: &s.table, Item: i, ConditionExpression: aws.String("attribute_exists(PK)")}
	if revision != nil {
		put.ConditionExpression = aws.String("#rev = :rev")
		put.ExpressionAttributeNames = map[string]string{"#rev": "rev"}
		put.ExpressionAttributeValues = item{":rev": revision}
	}
	if _, err := s.db.PutItem(ctx, put); err != nil && !conflict(err) {
		return fmt.Errorf("erase in %s: %w", k.sk, err)
	}
	return nil
}

// is tells whether the erasure is of a participant of a meeting.
func (e *Erasure) is(meetingID, participant string) bool {
	return meetingID == e.Meeting && participant == e.Participant
}

// names tells whether an address is the person's.
func (e *Erasure) names(address string) bool {
	return slices.ContainsFunc(e.Words, func(w string) bool { return strings.EqualFold(w, address) })
}

// owns tells whether an item is the person's alone.
func (e Erasure) owns(k key, i item) (bool, error) {
	for _, kind := range kinds {
		if kind.holds(k) {
			return kind.owns(i, &e)
		}
	}
	return false, nil
}

// redact erases the words in every string of a value but its keys.
func redact(v types.AttributeValue, words *regexp.Regexp) (types.AttributeValue, bool) {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		clean := words.ReplaceAllString(v.Value, Redacted)
		return &types.AttributeValueMemberS{Value: clean}, clean != v.Value
	case *types.AttributeValueMemberL:
		changed := false
		all := make([]types.AttributeValue, len(v.Value))
		for i, x := range v.Value {
			clean, c := redact(x, words)
			all[i], changed = clean, changed || c
		}
		return &types.AttributeValueMemberL{Value: all}, changed
	case *types.AttributeValueMemberM:
		changed := false
		all := maps.Clone(v.Value)
		for k, x := range v.Value {
			if k == "PK" || k == "SK" || k == "GPK" || k == "GSK" {
				continue
			}
			clean, c := redact(x, words)
			all[k], changed = clean, changed || c
		}
		return &types.AttributeValueMemberM{Value: all}, changed
	}
	return v, false
}

// Mentions lists the keys of the items in which any of the words still stand: the proof of an erasure.
func (s *Store) Mentions(ctx context.Context, e Erasure) ([]string, error) {
	words, err := e.Pattern()
	if err != nil {
		return nil, err
	}
	var found []string
	err = s.scan(ctx, func(i item) error {
		k := key{text(i["PK"]), text(i["SK"])}
		owned, err := e.owns(k, i)
		if err != nil {
			return fmt.Errorf("look into %s: %w", k.sk, err)
		}
		if _, changed := redact(&types.AttributeValueMemberM{Value: i}, words); changed || owned {
			found = append(found, k.pk+" "+k.sk)
		}
		return nil
	})
	return found, err
}

func (s *Store) scan(ctx context.Context, each func(item) error) error {
	pages := dynamodb.NewScanPaginator(s.db, &dynamodb.ScanInput{TableName: &s.table, ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("scan: %w", err)
		}
		for _, item := range page.Items {
			if err := each(item); err != nil {
				return err
			}
		}
	}
	return nil
}
