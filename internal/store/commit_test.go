package store_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// What DynamoDB answers to a write that did not happen: a lost race is settled by reading again, anything else is not.
func TestConflictOrFailure(t *testing.T) {
	cancelled := func(codes ...string) string {
		var reasons []string
		for _, c := range codes {
			if reason := fmt.Sprintf(`{"Code":%q}`, c); c == "" {
				reasons = append(reasons, "{}")
			} else {
				reasons = append(reasons, reason)
			}
		}
		return `{"__type":"TransactionCanceledException","CancellationReasons":[` + strings.Join(reasons, ",") + `]}`
	}
	for name, test := range map[string]struct {
		body     string
		conflict bool
	}{
		"a condition failed":        {`{"__type":"ConditionalCheckFailedException"}`, true},
		"another transaction":       {`{"__type":"TransactionConflictException"}`, true},
		"one condition of two":      {cancelled("None", "ConditionalCheckFailed"), true},
		"another transaction's":     {cancelled("TransactionConflict", ""), true},
		"throttled":                 {cancelled("ThrottlingError", "None"), true},
		"too much at once":          {cancelled("ProvisionedThroughputExceeded"), true},
		"not valid":                 {cancelled("ConditionalCheckFailed", "ValidationError"), false},
		"an item that is too large": {cancelled("ItemCollectionSizeLimitExceeded", "None"), false},
		"not allowed":               {`{"__type":"AccessDeniedException"}`, false},
		"no table":                  {`{"__type":"ResourceNotFoundException"}`, false},
	} {
		for _, n := range []int{1, 2} {
			s, w, _ := wired(t)
			w.answer = func(int, request) (*http.Response, error) { return says(400, test.body) }
			items := []any{&meeting.Hint{ID: "a"}, &meeting.Hint{ID: "b"}}[:n]
			err := s.Commit(t.Context(), store.NewChanges(items...))
			if err == nil || errors.Is(err, store.ErrConflict) != test.conflict || fault.Is(err, fault.Transient) != test.conflict {
				t.Errorf("%s, %d items: %v", name, n, err)
			}
			if test.conflict && fault.Reason(err) != "conflict" {
				t.Errorf("%s: reason %q", name, fault.Reason(err))
			}
			if rev := items[0].(*meeting.Hint).Rev; rev != 0 {
				t.Errorf("%s: the revision rose to %d", name, rev)
			}
		}
	}
}

// One item is written without a transaction, which would cost twice as much; none is not written at all.
func TestCommitCosts(t *testing.T) {
	s, w, _ := wired(t)
	for n, want := range map[int]string{0: "", 1: "PutItem", 2: "TransactWriteItems", store.MaxTransaction + 1: ""} {
		w.requests = nil
		var c store.Changes
		for i := range n {
			c.Put(&meeting.Hint{ID: fmt.Sprint(n, i), Meeting: "m"})
		}
		if err := s.Commit(t.Context(), &c); (err != nil) != (n > store.MaxTransaction) {
			t.Errorf("%d items: %v", n, err)
		}
		got := ""
		if len(w.requests) > 0 {
			got = w.requests[0].operation
		}
		if got != want || len(w.requests) > 1 {
			t.Errorf("%d items are written by %d requests, %q", n, len(w.requests), got)
		}
	}
}

// What the table has no kind for is named.
func TestUnknownKind(t *testing.T) {
	s := newStore(t)
	if err := s.Commit(t.Context(), store.NewChanges(&meeting.Hint{ID: "h"}, &meeting.Nominee{})); err == nil || !strings.Contains(err.Error(), "meeting.Nominee") {
		t.Errorf("%v", err)
	}
}

// Each write raises the revision of its item by one, in the table and in the value.
func TestRevisions(t *testing.T) {
	s := newStore(t)
	h := &meeting.Hint{ID: "h", Meeting: "m"}
	for want := 1; want <= 3; want++ {
		commit(t, s, h)
		listed, err := s.Hints(t.Context(), "m")
		ok(t, err)
		if h.Rev != want || listed[0].Rev != want {
			t.Errorf("after %d writes: %d in the value, %d in the table", want, h.Rev, listed[0].Rev)
		}
	}
	behind := &meeting.Hint{ID: "h", Meeting: "m", Rev: 2}
	if err := s.Commit(t.Context(), store.NewChanges(behind)); !errors.Is(err, store.ErrConflict) {
		t.Errorf("one behind: %v", err)
	}
	ahead := &meeting.Hint{ID: "h", Meeting: "m", Rev: 4}
	if err := s.Commit(t.Context(), store.NewChanges(ahead)); !errors.Is(err, store.ErrConflict) {
		t.Errorf("one ahead: %v", err)
	}
	if err := s.Commit(t.Context(), store.NewChanges(&meeting.Hint{ID: "none", Meeting: "m", Rev: 1})); !errors.Is(err, store.ErrConflict) {
		t.Errorf("a revision of what is not there: %v", err)
	}
}

// A meeting's roster in force and the list of meetings say the same. An older roster is a conflict, and lists nothing.
func TestSetMeeting(t *testing.T) {
	s := newStore(t)
	ok(t, s.SetMeeting(t.Context(), &meeting.Meeting{ID: "m", Roster: "2", Title: "second"}))
	if err := s.SetMeeting(t.Context(), &meeting.Meeting{ID: "m", Roster: "1", Title: "first"}); !errors.Is(err, store.ErrConflict) {
		t.Errorf("%v", err)
	}
	list, err := s.Meetings(t.Context())
	ok(t, err)
	m, err := s.Meeting(t.Context(), "m")
	ok(t, err)
	if len(list) != 1 || list[0].Title != "second" || m.Title != "second" || m.Roster != "2" {
		t.Errorf("%+v, %+v", list, m)
	}
}

// What DynamoDB leaves of a batch is asked for again, but not for ever.
func TestUnprocessedKeys(t *testing.T) {
	s, w, table := wired(t)
	commit(t, s, &meeting.Document{ID: "d", Title: "here"})
	left := fmt.Sprintf(`{"Responses":{},"UnprocessedKeys":{%q:{"ConsistentRead":true,"Keys":[{"PK":{"S":"D#d"},"SK":{"S":"DOCUMENT"}}]}}}`, table.Name)
	rounds := 0
	w.answer = func(int, request) (*http.Response, error) {
		if rounds++; rounds <= 2 {
			return says(200, left)
		}
		return nil, nil
	}
	snap, err := s.Read(t.Context(), store.DocumentKey("d"))
	ok(t, err)
	if d := store.Get(snap, store.DocumentKey("d")); d == nil || d.Title != "here" || rounds != 3 {
		t.Errorf("%+v after %d rounds", d, rounds)
	}
	if testing.Short() {
		t.Skip("nine rounds take some seconds")
	}
	rounds = 0
	w.answer = func(int, request) (*http.Response, error) {
		rounds++
		return says(200, left)
	}
	if _, err := s.Read(t.Context(), store.DocumentKey("d")); !fault.Is(err, fault.Transient) || rounds != 9 {
		t.Errorf("%v after %d rounds", err, rounds)
	}
}

// A batch asks for each key once, and for a hundred at most.
func TestBatches(t *testing.T) {
	s, w, table := wired(t)
	for n, want := range map[int]int{0: 0, 1: 1, 100: 1, 101: 2} {
		w.requests = nil
		var keys []store.AnyKey
		for i := range n {
			keys = append(keys, store.DocumentKey(fmt.Sprint(i)), store.DocumentKey(fmt.Sprint(i)))
		}
		_, err := s.Read(t.Context(), keys...)
		ok(t, err)
		asked := 0
		for _, r := range w.requests {
			asked += len(r.body["RequestItems"].(map[string]any)[table.Name].(map[string]any)["Keys"].([]any))
		}
		if len(w.requests) != want || asked != n {
			t.Errorf("%d keys: %d requests for %d", n, len(w.requests), asked)
		}
	}
}

// What a snapshot holds can be set and added to; what another has counts.
func TestSnapshot(t *testing.T) {
	a, b := store.NewSnapshot(), store.NewSnapshot()
	key := store.DocumentKey("d")
	if a.Has(key) || store.Get(a, key) != nil {
		t.Error("an empty snapshot has something")
	}
	old, young, other := &meeting.Document{ID: "d"}, &meeting.Document{ID: "d"}, &meeting.Hint{ID: "h"}
	store.Set(a, key, old)
	store.Set(b, key, young)
	store.Set(b, store.HintKey("m", "h"), other)
	a.Add(b)
	if store.Get(a, key) != young || store.Get(a, store.HintKey("m", "h")) != other {
		t.Error("the other's does not count")
	}
	store.Set(a, store.DocumentKey("c"), &meeting.Document{ID: "c"})
	var all []string
	for d := range store.All[meeting.Document](a) {
		all = append(all, d.ID)
	}
	if strings.Join(all, " ") != "c d" {
		t.Errorf("all documents are %v", all)
	}
	for d := range store.All[meeting.Document](a) {
		if d.ID != "c" {
			t.Error("the second one came although the first was enough")
		}
		break
	}
}

// Empty lists and maps are left out of an item at any depth; everything beside them stays.
func TestEmptyIsLeftOut(t *testing.T) {
	s, _, table := wired(t)
	d := &meeting.Document{ID: "d", Meeting: "m", Candidates: []meeting.Candidate{{Name: "A", For: []meeting.RequirementKey{}, Evidence: []meeting.Evidence{}}}}
	d.Letter = &meeting.Letter{Nominees: []meeting.Nominee{}}
	d.Joined = []string{}
	before := meeting.DocumentState{Parts: []meeting.Part{{From: 1, Requirements: []meeting.RequirementKey{}}}}
	audit := &meeting.Audit{ID: "x", Decision: meeting.Decision{Meeting: "m"}, Effects: []meeting.Effect{{Document: "d", DocumentBefore: &before}}}
	commit(t, s, d, audit, &meeting.Balance{Meeting: "m", Sectors: map[meeting.Sector]meeting.Tally{}})
	out, err := table.Client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table.Name, ConsistentRead: aws.Bool(true),
		Key: map[string]types.AttributeValue{"PK": &types.AttributeValueMemberS{Value: "D#d"}, "SK": &types.AttributeValueMemberS{Value: "DOCUMENT"}}})
	ok(t, err)
	for _, name := range []string{"joined", "letter"} {
		if v := out.Item[name]; v != nil && name == "joined" {
			t.Errorf("%s is %v", name, v)
		}
	}
	candidates := out.Item["candidates"].(*types.AttributeValueMemberL).Value
	if c := candidates[0].(*types.AttributeValueMemberM).Value; c["for"] != nil || c["evidence"] != nil || c["name"] == nil {
		t.Errorf("%v", c)
	}
	x, err := table.Client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table.Name,
		Key: map[string]types.AttributeValue{"PK": &types.AttributeValueMemberS{Value: "X#x"}, "SK": &types.AttributeValueMemberS{Value: "DECISION"}}})
	ok(t, err)
	deep := x.Item["effects"].(*types.AttributeValueMemberL).Value[0].(*types.AttributeValueMemberM).Value["documentBefore"].(*types.AttributeValueMemberM)
	part := deep.Value["parts"].(*types.AttributeValueMemberL).Value[0].(*types.AttributeValueMemberM).Value
	if part["requirements"] != nil || part["from"] == nil {
		t.Errorf("%v", part)
	}
	// An item that no list shows is in no index either.
	b, err := table.Client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table.Name,
		Key: map[string]types.AttributeValue{"PK": &types.AttributeValueMemberS{Value: "M#m"}, "SK": &types.AttributeValueMemberS{Value: "BALANCE"}}})
	ok(t, err)
	if b.Item["GPK"] != nil || b.Item["GSK"] != nil || b.Item["sectors"] != nil {
		t.Errorf("%v", b.Item)
	}
}

// Strings of half a megabyte, as files of strangers have them, are cut where items are written: the table takes the item.
// Each string alone, and each list alone, is more than an item holds. Uncut, all of them take far less than a gigabyte.
func TestItemsAreBounded(t *testing.T) {
	s := newStore(t)
	long, each := strings.Repeat("Supply chains ", 36_000), strings.Repeat("Supply chains ", 750)
	letter := &meeting.Letter{Agency: long, Nominees: slices.Repeat([]meeting.Nominee{{Name: each, Position: each, Email: each}}, 60)}
	d := &meeting.Document{ID: "d", Meeting: "m", Title: long, Author: long, Sender: long, MessageID: long, Excerpt: long,
		References: slices.Repeat([]string{each}, 50), Findings: slices.Repeat([]meeting.Finding{{Code: "external", Detail: each}}, 300),
		DocumentState: meeting.DocumentState{Status: meeting.Review, Reason: meeting.Reason(long), Letter: letter}}
	q := &meeting.Requirement{Meeting: "m", RequirementState: meeting.RequirementState{Title: long, FileName: long, Reason: long}}
	state := d.DocumentState
	a := &meeting.Audit{ID: "x", Decision: meeting.Decision{Meeting: "m", Reason: long}, Effects: slices.Repeat([]meeting.Effect{{DocumentBefore: &state}}, 4)}
	m := &store.Message{Meeting: "m", ID: long, Document: "d"}
	commit(t, s, d, q, a, m)
	got, err := s.Document(t.Context(), "d")
	ok(t, err)
	if got.Title == "" || len(got.Title) > 300 || len(got.Letter.Nominees) != 50 || got.Title != d.Title {
		t.Errorf("title %q, %d nominees", got.Title, len(got.Letter.Nominees))
	}
}
