package store

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"dossier/internal/meeting"
)

// Person finds and takes out the person in texts; *person.Finder does.
type Person interface {
	// Redact gives a text without the person.
	Redact(text string) string
	// Names reports whether a text names the person.
	Names(text string) bool
}

// Erasure says what of one person is to go out of the table: what the ids say is the person's, and the person's names and
// addresses in the words of what else the meeting has. Other meetings are left as they are.
type Erasure struct {
	meeting.Leaver
	Meeting string
	// Hints are the ids of what was learned about the person.
	Hints  []string
	Person Person
	// Elsewhere are addresses, in lower case, that other meetings use too. Their records stay.
	Elsewhere map[string]bool
}

// Erased counts what an erasure did.
type Erased struct{ Deleted, Redacted int }

// Erase deletes the items that are a person's own, and takes the person out of the meeting's others, audits too. No key
// changes. It reads the whole table: it is for the rare day on which somebody asks for it. What fails can be run again:
// the items that say how the person is called go last. Items that change meanwhile are left for the next run, which
// Mentions asks for.
func (s *Store) Erase(ctx context.Context, e Erasure) (Erased, error) {
	var done Erased
	var own, last []key
	err := s.scan(ctx, func(i item) error {
		k := key{text(i["PK"]), text(i["SK"])}
		kind := kindAt(k)
		if kind == nil {
			return s.eraseCursor(ctx, k, i, &e)
		}
		owned, atEnd, err := kind.owns(i, &e)
		switch {
		case err != nil:
			return fmt.Errorf("erase %s: %w", k.sk, err)
		case owned && atEnd:
			last = append(last, k)
			return nil
		case owned:
			own = append(own, k)
			return nil
		case meetingOf(i) != e.Meeting:
			return nil
		}
		clean, err := kind.without(i, &e)
		if err != nil {
			return fmt.Errorf("erase in %s: %w", k.sk, err)
		}
		if reflect.DeepEqual(clean, i) {
			return nil
		}
		done.Redacted++
		return s.replace(ctx, k, i["rev"], clean)
	})
	for _, k := range slices.Concat(own, last) {
		if err == nil {
			err = s.delete(ctx, k)
			done.Deleted++
		}
	}
	return done, err
}

// eraseCursor lets the sweep begin anew where the place at which it goes on is a file that names the person.
func (s *Store) eraseCursor(ctx context.Context, k key, i item, e *Erasure) error {
	if k.pk != sweepPartition || !strings.Contains(text(i["marker"]), "/"+e.Meeting+"/") || !e.Person.Names(text(i["marker"])) {
		return nil
	}
	return s.SetCursor(ctx, k.sk, "")
}

func kindAt(k key) kind {
	for _, kind := range kinds {
		if kind.holds(k) {
			return kind
		}
	}
	return nil
}

// meetingOf is the meeting of an item; "" if it belongs to none.
func meetingOf(i item) string {
	if d, ok := i["decision"].(*types.AttributeValueMemberM); ok {
		return text(d.Value["meeting"])
	}
	return text(i["meeting"])
}

func (s *Store) delete(ctx context.Context, k key) error {
	if _, err := s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: k.attributes()}); err != nil {
		return fmt.Errorf("erase %s: %w", k.sk, err)
	}
	return nil
}

// replace writes an item in place of the one with the revision; nil is one without. An item that changed meanwhile
// stays as it is. A change that was decided on the old one is decided again.
func (s *Store) replace(ctx context.Context, k key, revision types.AttributeValue, i item) error {
	put := &dynamodb.PutItemInput{TableName: &s.table, Item: i, ConditionExpression: aws.String("attribute_exists(PK)")}
	if n, ok := revision.(*types.AttributeValueMemberN); ok {
		last, err := strconv.Atoi(n.Value)
		if err != nil {
			return fmt.Errorf("erase in %s: revision: %w", k.sk, err)
		}
		i["rev"] = number(last + 1)
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

// isMailbox tells whether the record of an address goes with the person: no other meeting uses it.
func (e *Erasure) isMailbox(address string) bool {
	return e.IsAddress(address) && !e.Elsewhere[strings.ToLower(address)]
}

// redact gives an item whose attributes of these names, at any depth, are without the person. A participant in a decision
// is left: that has an id.
func redact(i item, names []string, p Person) item {
	clean := maps.Clone(i)
	for name, v := range i {
		if name != "participant" {
			clean[name] = redactValue(v, slices.Contains(names, name), names, p)
		}
	}
	return clean
}

func redactValue(v types.AttributeValue, words bool, names []string, p Person) types.AttributeValue {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		if words {
			return &types.AttributeValueMemberS{Value: p.Redact(v.Value)}
		}
	case *types.AttributeValueMemberL:
		all := make([]types.AttributeValue, len(v.Value))
		for i, x := range v.Value {
			all[i] = redactValue(x, words, names, p)
		}
		return &types.AttributeValueMemberL{Value: all}
	case *types.AttributeValueMemberM:
		return &types.AttributeValueMemberM{Value: redact(v.Value, names, p)}
	}
	return v
}

// unsearched are attributes that hold keys, ids and the names of those who decided, which an erasure leaves.
var unsearched = []string{"PK", "SK", "GPK", "GSK", "id", "bucket", "key", "version", "text", "meeting", "session", "participant",
	"document", "messageId", "references", "by", "waivedBy", "index", "problems"}

// Mentions lists the keys of the meeting's items that are the person's, or in which any words still name the person: the
// proof of an erasure.
func (s *Store) Mentions(ctx context.Context, e Erasure) ([]string, error) {
	var found []string
	err := s.scan(ctx, func(i item) error {
		k := key{text(i["PK"]), text(i["SK"])}
		owned := false
		if kind := kindAt(k); kind != nil {
			var err error
			if owned, _, err = kind.owns(i, &e); err != nil {
				return fmt.Errorf("look into %s: %w", k.sk, err)
			}
		}
		its := meetingOf(i) == e.Meeting || k == MeetingKey(e.Meeting).key
		if owned || its && names(&types.AttributeValueMemberM{Value: i}, e.Person) {
			found = append(found, k.pk+" "+k.sk)
		}
		return nil
	})
	return found, err
}

// names tells whether a value names the person.
func names(v types.AttributeValue, p Person) bool {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return p.Names(v.Value)
	case *types.AttributeValueMemberL:
		return slices.ContainsFunc(v.Value, func(x types.AttributeValue) bool { return names(x, p) })
	case *types.AttributeValueMemberM:
		for name, x := range v.Value {
			_, isText := x.(*types.AttributeValueMemberS)
			if (!isText || !slices.Contains(unsearched, name)) && names(x, p) {
				return true
			}
		}
	}
	return false
}

// Survey is what a meeting's table says of its people and documents, and the addresses that other meetings use.
type Survey struct {
	Documents    []*meeting.Document
	Requirements []*meeting.Requirement
	Accepted     []*meeting.Accepted // those too whose acceptance was undone
	Hints        []*meeting.Hint     // those too that were dismissed
	Audits       []*meeting.Audit
	Mails        []*meeting.Mail
	// Elsewhere are addresses in lower case.
	Elsewhere map[string]bool
}

// Survey reads the whole table, strongly consistent.
func (s *Store) Survey(ctx context.Context, meetingID string) (*Survey, error) {
	v := &Survey{Elsewhere: map[string]bool{}}
	err := s.scan(ctx, func(i item) error {
		k := key{text(i["PK"]), text(i["SK"])}
		if meetingOf(i) == meetingID {
			return v.add(k, i)
		}
		switch {
		case strings.HasPrefix(k.sk, "REQ#"), strings.HasPrefix(k.sk, "PERSON#"):
			v.Elsewhere[strings.ToLower(text(i["email"]))] = true
		case k.sk == "MEETING":
			m, err := decode[meeting.Meeting](i)
			if err != nil {
				return err
			}
			for _, a := range m.Secretariat {
				v.Elsewhere[strings.ToLower(a)] = v.Elsewhere[strings.ToLower(a)] || m.ID != meetingID
			}
		}
		return nil
	})
	return v, err
}

func (v *Survey) add(k key, i item) (err error) {
	switch {
	case k.sk == "DOCUMENT":
		v.Documents, err = appendDecoded(v.Documents, i)
	case strings.HasPrefix(k.sk, "REQ#"):
		v.Requirements, err = appendDecoded(v.Requirements, i)
	case strings.HasPrefix(k.sk, "PERSON#"):
		v.Accepted, err = appendDecoded(v.Accepted, i)
	case strings.HasPrefix(k.sk, "HINT#"):
		v.Hints, err = appendDecoded(v.Hints, i)
	case k.sk == "DECISION":
		v.Audits, err = appendDecoded(v.Audits, i)
	case k.sk == "OUTBOX":
		v.Mails, err = appendDecoded(v.Mails, i)
	}
	return err
}

func appendDecoded[T any](list []*T, i item) ([]*T, error) {
	v, err := decode[T](i)
	if err != nil {
		return list, err
	}
	return append(list, v), nil
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
