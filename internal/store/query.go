package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// meetingList is the partition that lists all meetings.
const meetingList = "MEETINGS"

// Meeting reads a meeting; NotFound when no roster was ever loaded for it.
func (s *Store) Meeting(ctx context.Context, id string) (*meeting.Meeting, error) {
	return get(ctx, s, MeetingKey(id))
}

// Meetings lists all meetings by id.
func (s *Store) Meetings(ctx context.Context) ([]*meeting.Meeting, error) {
	return queryAll[meeting.Meeting](ctx, s, meetingList, "")
}

// Roster reads a meeting and the number of changes that staff made to its roster, in one request. The meeting is nil
// when no roster was ever loaded.
func (s *Store) Roster(ctx context.Context, id string) (*meeting.Meeting, int, error) {
	snap, err := s.Read(ctx, MeetingKey(id), AmendmentsKey(id))
	if err != nil {
		return nil, 0, err
	}
	amendments := 0
	if a := Get(snap, AmendmentsKey(id)); a != nil {
		amendments = a.Rev
	}
	return Get(snap, MeetingKey(id)), amendments, nil
}

// Document reads a document; NotFound when there is none.
func (s *Store) Document(ctx context.Context, id string) (*meeting.Document, error) {
	return get(ctx, s, DocumentKey(id))
}

// Documents lists a meeting's documents of one status by order of upload, at most limit. Filed letters with open nominees
// are listed by Waiting alone. It reads an index, which may lag: for pages and for healing, never for a decision.
func (s *Store) Documents(ctx context.Context, meetingID string, status meeting.Status, limit int) ([]*meeting.Document, error) {
	return s.documents(ctx, meetingID, string(status), limit)
}

// Waiting lists a meeting's documents that a person has to decide about by order of upload, at most limit: those in
// review, and filed letters with open nominees. It reads an index, which may lag.
func (s *Store) Waiting(ctx context.Context, meetingID string, limit int) ([]*meeting.Document, error) {
	all, err := s.documents(ctx, meetingID, string(meeting.Review), limit)
	if err != nil {
		return nil, err
	}
	open, err := s.documents(ctx, meetingID, withOpenNominees, limit)
	if err != nil {
		return nil, err
	}
	all = append(all, open...)
	slices.SortFunc(all, func(a, b *meeting.Document) int { return strings.Compare(a.Order(), b.Order()) })
	if limit > 0 {
		all = all[:min(limit, len(all))]
	}
	return all, nil
}

func (s *Store) documents(ctx context.Context, meetingID, list string, limit int) ([]*meeting.Document, error) {
	q := indexed("M#"+meetingID+"#DOCS", "begins_with(GSK, :s)", list+"#")
	return pages[meeting.Document](ctx, s, q, limit)
}

// AllDocuments lists a meeting's documents of every status. It reads an index, which may lag.
func (s *Store) AllDocuments(ctx context.Context, meetingID string) ([]*meeting.Document, error) {
	return pages[meeting.Document](ctx, s, indexed("M#"+meetingID+"#DOCS", "", ""), 0)
}

// Thread gives the ids of the documents that came with the mails of these Message-IDs.
func (s *Store) Thread(ctx context.Context, meetingID string, messages []string) ([]string, error) {
	var keys []AnyKey
	for _, id := range messages {
		keys = append(keys, MessageKey(meetingID, id))
	}
	snap, err := s.Read(ctx, keys...)
	if err != nil {
		return nil, err
	}
	var ids []string
	for m := range All[Message](snap) {
		ids = append(ids, m.Document)
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// Session reads one session; NotFound when there is none.
func (s *Store) Session(ctx context.Context, meetingID, id string) (*meeting.Session, error) {
	return get(ctx, s, SessionKey(meetingID, id))
}

// Sessions reads all sessions of a meeting in the agenda's order, removed ones left out.
func (s *Store) Sessions(ctx context.Context, meetingID string) ([]*meeting.Session, error) {
	all, err := s.AllSessions(ctx, meetingID)
	return slices.DeleteFunc(all, func(x *meeting.Session) bool { return x.Removed }), err
}

// AllSessions is Sessions with the removed ones.
func (s *Store) AllSessions(ctx context.Context, meetingID string) ([]*meeting.Session, error) {
	all, err := queryAll[meeting.Session](ctx, s, "M#"+meetingID, "SESSION#")
	slices.SortFunc(all, func(a, b *meeting.Session) int {
		if a.Number != b.Number {
			return a.Number - b.Number
		}
		return strings.Compare(a.ID, b.ID)
	})
	return all, err
}

// Requirements reads all requirements of a session by kind and participant, retired ones too.
func (s *Store) Requirements(ctx context.Context, meetingID, session string) ([]*meeting.Requirement, error) {
	return queryAll[meeting.Requirement](ctx, s, "S#"+meetingID+"#"+session, "REQ#")
}

// Delegations reads a meeting's delegations, empty ones left out.
func (s *Store) Delegations(ctx context.Context, meetingID string) ([]*meeting.Delegation, error) {
	all, err := queryAll[meeting.Delegation](ctx, s, "M#"+meetingID, "AGENCY#")
	return slices.DeleteFunc(all, func(d *meeting.Delegation) bool { return len(d.Entries) == 0 }), err
}

// Balance reads the gender balance of a meeting's nominees; one of nobody when there is none yet.
func (s *Store) Balance(ctx context.Context, meetingID string) (*meeting.Balance, error) {
	b, err := get(ctx, s, BalanceKey(meetingID))
	if fault.Is(err, fault.NotFound) {
		return &meeting.Balance{Meeting: meetingID}, nil
	}
	return b, err
}

// Accepted reads the nominees that staff put on a meeting's roster.
func (s *Store) Accepted(ctx context.Context, meetingID string) ([]*meeting.Accepted, error) {
	all, err := queryAll[meeting.Accepted](ctx, s, "K#"+meetingID, "PERSON#")
	return slices.DeleteFunc(all, func(p *meeting.Accepted) bool { return p.Revoked }), err
}

// Person reads a nominee accepted by staff, also one whose acceptance was undone; nil when there is none of the id.
func (s *Store) Person(ctx context.Context, meetingID, id string) (*meeting.Accepted, error) {
	return lookUp(ctx, s, PersonKey(meetingID, id))
}

// Hints reads what decisions taught about a meeting's participants and agencies, dismissed ones left out.
func (s *Store) Hints(ctx context.Context, meetingID string) ([]*meeting.Hint, error) {
	all, err := queryAll[meeting.Hint](ctx, s, "K#"+meetingID, "HINT#")
	return slices.DeleteFunc(all, func(h *meeting.Hint) bool { return h.Dismissed }), err
}

// Revoked reads until when a participant's upload links were revoked; nil when they never were.
func (s *Store) Revoked(ctx context.Context, meetingID, participant string) (*meeting.Revocation, error) {
	return lookUp(ctx, s, RevocationKey(meetingID, participant))
}

// Audit reads what a decision did; NotFound when it was not carried out yet.
func (s *Store) Audit(ctx context.Context, id string) (*meeting.Audit, error) {
	return get(ctx, s, AuditKey(id))
}

// Audits lists what a meeting's decisions did, the newest first, at most limit. It reads an index, which may lag.
func (s *Store) Audits(ctx context.Context, meetingID string, limit int) ([]*meeting.Audit, error) {
	q := indexed("M#"+meetingID+"#AUDIT", "", "")
	q.ScanIndexForward = aws.Bool(false)
	return pages[meeting.Audit](ctx, s, q, limit)
}

// Undone tells which of the decisions were taken back.
func (s *Store) Undone(ctx context.Context, ids []string) (map[string]bool, error) {
	var keys []AnyKey
	for _, id := range ids {
		keys = append(keys, UndoneKey(id))
	}
	snap, err := s.Read(ctx, keys...)
	if err != nil {
		return nil, err
	}
	undone := map[string]bool{}
	for u := range All[Undone](snap) {
		undone[u.Decision] = true
	}
	return undone, nil
}

// Attempt reads the note that a document is being read; nil when nobody reads it.
func (s *Store) Attempt(ctx context.Context, document string) (*meeting.Attempt, error) {
	return lookUp(ctx, s, AttemptKey(document))
}

// Attempts lists the notes of documents that are being read, or whose reader has died, at most limit. It reads an
// index, which may lag.
func (s *Store) Attempts(ctx context.Context, limit int) ([]*meeting.Attempt, error) {
	return pages[meeting.Attempt](ctx, s, indexed("ATTEMPTS", "", ""), limit)
}

// Mail reads an outbox item; NotFound when there is none.
func (s *Store) Mail(ctx context.Context, id string) (*meeting.Mail, error) {
	return get(ctx, s, MailKey(id))
}

// OpenMails lists outbox items not yet sent that were decided before a moment, oldest first, at most limit.
// It reads an index, which may lag.
func (s *Store) OpenMails(ctx context.Context, before time.Time, limit int) ([]*meeting.Mail, error) {
	return pages[meeting.Mail](ctx, s, indexed("OUTBOX", "GSK < :s", stamp(before)), limit)
}

// FailedMails lists a meeting's mails that were refused for good, as OpenMails does.
func (s *Store) FailedMails(ctx context.Context, meetingID string, limit int) ([]*meeting.Mail, error) {
	q := indexed("M#"+meetingID+"#MAILS", "begins_with(GSK, :s)", string(meeting.Failed)+"#")
	return pages[meeting.Mail](ctx, s, q, limit)
}

// Suppressed lists the addresses to which no mail goes any more, at most limit. It reads an index, which may lag.
func (s *Store) Suppressed(ctx context.Context, limit int) ([]*meeting.Address, error) {
	return pages[meeting.Address](ctx, s, indexed("ADDRESSES", "GSK > :s", "$"), limit) // "#..." take mail again
}

// Limited lists the links of a meeting that were stopped by their limit on a day.
func (s *Store) Limited(ctx context.Context, meetingID, day string, limit int) ([]*meeting.LinkUse, error) {
	return pages[meeting.LinkUse](ctx, s, indexed("M#"+meetingID+"#LIMITED", "begins_with(GSK, :s)", day+"#"), limit)
}

// Load reads the record of a roster file version; NotFound when it was not dealt with.
func (s *Store) Load(ctx context.Context, id string) (*meeting.Load, error) {
	return get(ctx, s, LoadKey(id))
}

type cursor struct {
	Marker string `json:"marker"`
}

// Cursor is where the sweep of a prefix goes on; "" is the beginning.
func (s *Store) Cursor(ctx context.Context, prefix string) (string, error) {
	c, err := lookUp(ctx, s, cursorKey(prefix))
	if err != nil || c == nil {
		return "", err
	}
	return c.Marker, nil
}

// queryAll reads a partition's items, strongly consistent: those whose sort key begins with the prefix.
func queryAll[T any](ctx context.Context, s *Store, pk, prefix string) ([]*T, error) {
	q := &dynamodb.QueryInput{
		ConsistentRead:            aws.Bool(true),
		KeyConditionExpression:    aws.String("PK = :p"),
		ExpressionAttributeValues: item{":p": &types.AttributeValueMemberS{Value: pk}},
	}
	if prefix != "" {
		q.KeyConditionExpression = aws.String("PK = :p AND begins_with(SK, :s)")
		q.ExpressionAttributeValues[":s"] = &types.AttributeValueMemberS{Value: prefix}
	}
	return pages[T](ctx, s, q, 0)
}

// indexed queries the open index, by at most one condition on its sort key with the value :s.
func indexed(partition, condition, value string) *dynamodb.QueryInput {
	q := &dynamodb.QueryInput{
		IndexName:                 aws.String(openIndex),
		KeyConditionExpression:    aws.String("GPK = :p"),
		ExpressionAttributeValues: item{":p": &types.AttributeValueMemberS{Value: partition}},
	}
	if condition != "" {
		q.KeyConditionExpression = aws.String("GPK = :p AND " + condition)
		q.ExpressionAttributeValues[":s"] = &types.AttributeValueMemberS{Value: value}
	}
	return q
}

// pages follows the pages of a query, up to limit items; 0 is no limit.
func pages[T any](ctx context.Context, s *Store, q *dynamodb.QueryInput, limit int) ([]*T, error) {
	q.TableName = &s.table
	var all []*T
	for p := dynamodb.NewQueryPaginator(s.db, q); p.HasMorePages(); {
		page, err := p.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("query: %w", err)
		}
		for _, i := range page.Items {
			v, err := decode[T](i)
			if err != nil {
				return nil, err
			}
			if all = append(all, v); limit > 0 && len(all) == limit {
				return all, nil
			}
		}
	}
	return all, nil
}
