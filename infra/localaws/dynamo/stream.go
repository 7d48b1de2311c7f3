package dynamo

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"dossier/infra/localaws/dynamo/attr"
)

// Limits of streams: how many records are kept (Amazon keeps a day's), and how many one request reads at most.
const (
	maxRecords = 100_000
	maxRead    = 1000
)

// shard is the one shard of each stream.
const shard = "shardId-00000000000000000000-00000001"

// stream is a table's changes in order. The table's lock guards it.
type stream struct {
	arn, label, view string
	first            int // sequence number of records[0]
	records          []record
}

// record is one change as GetRecords answers with it.
type record struct {
	ID      string     `json:"eventID"`
	Name    string     `json:"eventName"`
	Version string     `json:"eventVersion"`
	Source  string     `json:"eventSource"`
	Region  string     `json:"awsRegion"`
	Change  changeData `json:"dynamodb"`
}

type changeData struct {
	Created  float64  `json:"ApproximateCreationDateTime"`
	Keys     attr.Map `json:"Keys"`
	New      attr.Map `json:"NewImage,omitzero"`
	Old      attr.Map `json:"OldImage,omitzero"`
	Sequence string   `json:"SequenceNumber"`
	Size     int      `json:"SizeBytes"`
	View     string   `json:"StreamViewType"`
}

func newStream(tableARN, view string) *stream {
	label := time.Now().UTC().Format("2006-01-02T15:04:05.000")
	return &stream{arn: tableARN + "/stream/" + label, label: label, view: view, first: 1}
}

// sequence is a sequence number as clients see it: of one length, so that they sort as text.
func sequence(n int) string { return fmt.Sprintf("%021d", n) }

// changed records what became of an item; nothing when it is as it was.
func (s *stream) changed(t *table, old, next attr.Map) {
	r := record{Version: "1.1", Source: "aws:dynamodb", Region: region}
	r.Change = changeData{Created: float64(time.Now().Unix()), View: s.view}
	switch {
	case old == nil:
		r.Name, r.Change.Keys = "INSERT", t.keyOf(next)
	case next == nil:
		r.Name, r.Change.Keys = "REMOVE", t.keyOf(old)
	case attr.Equal(old, next):
		return
	default:
		r.Name, r.Change.Keys = "MODIFY", t.keyOf(next)
	}
	if s.view == "NEW_IMAGE" || s.view == "NEW_AND_OLD_IMAGES" {
		r.Change.New = next
	}
	if s.view == "OLD_IMAGE" || s.view == "NEW_AND_OLD_IMAGES" {
		r.Change.Old = old
	}
	r.Change.Sequence = sequence(s.first + len(s.records))
	r.Change.Size = r.Change.Keys.Size() + r.Change.New.Size() + r.Change.Old.Size()
	r.ID = t.id + r.Change.Sequence
	if s.records = append(s.records, r); len(s.records) >= 2*maxRecords {
		s.first += maxRecords
		s.records = slices.Clone(s.records[maxRecords:])
	}
}

type listStreams struct {
	Table string `json:"TableName"`
	Start string `json:"ExclusiveStartStreamArn"`
	Limit int    `json:"Limit"`
}

type streamName struct {
	ARN   string `json:"StreamArn"`
	Table string `json:"TableName"`
	Label string `json:"StreamLabel"`
}

// listStreams lists the streams, of one table or all, by address.
func (s *Server) listStreams(in *listStreams) (any, error) {
	all := []streamName{}
	for _, t := range s.allTables() {
		if t.stream != nil && (in.Table == "" || t.name == tableName(in.Table)) && t.stream.arn > in.Start {
			all = append(all, streamName{t.stream.arn, t.name, t.stream.label})
		}
	}
	slices.SortFunc(all, func(a, b streamName) int { return strings.Compare(a.ARN, b.ARN) })
	out := struct {
		Streams []streamName
		Last    string `json:"LastEvaluatedStreamArn,omitzero"`
	}{Streams: all}
	if in.Limit > 0 && len(all) > in.Limit {
		out.Streams, out.Last = all[:in.Limit], all[in.Limit-1].ARN
	}
	return out, nil
}

func (s *Server) withStream(arn string) (*table, error) {
	for _, t := range s.allTables() {
		if t.stream != nil && t.stream.arn == arn {
			return t, nil
		}
	}
	return nil, fails("ResourceNotFoundException", "Requested resource not found: Stream: %s not found", arn)
}

type describeStream struct {
	ARN   string `json:"StreamArn"`
	Start string `json:"ExclusiveStartShardId"`
	Limit int    `json:"Limit"`
}

type sequenceRange struct {
	Start string `json:"StartingSequenceNumber"`
}

type shardDescription struct {
	ID    string        `json:"ShardId"`
	Range sequenceRange `json:"SequenceNumberRange"`
}

type streamDescription struct {
	streamName
	Status string             `json:"StreamStatus"`
	View   string             `json:"StreamViewType"`
	Keys   keySchema          `json:"KeySchema"`
	Shards []shardDescription `json:"Shards"`
}

func (s *Server) describeStream(in *describeStream) (any, error) {
	t, err := s.withStream(in.ARN)
	if err != nil {
		return nil, err
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	d := streamDescription{streamName: streamName{t.stream.arn, t.name, t.stream.label}, Status: "ENABLED", View: t.stream.view,
		Keys: t.input.Keys, Shards: []shardDescription{}}
	if in.Start < shard {
		d.Shards = append(d.Shards, shardDescription{shard, sequenceRange{sequence(t.stream.first)}})
	}
	return map[string]any{"StreamDescription": d}, nil
}

type shardIterator struct {
	ARN      string `json:"StreamArn"`
	Shard    string `json:"ShardId"`
	Type     string `json:"ShardIteratorType"`
	Sequence string `json:"SequenceNumber"`
}

func (s *Server) shardIterator(in *shardIterator) (any, error) {
	t, err := s.withStream(in.ARN)
	if err != nil {
		return nil, err
	}
	if in.Shard != shard {
		return nil, fails("ResourceNotFoundException", "Requested resource not found: Shard does not exist")
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	at := t.stream.first
	switch in.Type {
	case "TRIM_HORIZON":
	case "LATEST":
		at += len(t.stream.records)
	case "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER":
		if at, err = strconv.Atoi(in.Sequence); err != nil {
			return nil, invalid("Invalid SequenceNumber: %s", in.Sequence)
		}
		if in.Type == "AFTER_SEQUENCE_NUMBER" {
			at++
		}
		if at < t.stream.first {
			return nil, trimmed()
		}
	default:
		return nil, invalid("1 validation error detected: Value '%s' at 'shardIteratorType' failed to satisfy constraint: Member must satisfy enum value set: "+
			"[AFTER_SEQUENCE_NUMBER, LATEST, AT_SEQUENCE_NUMBER, TRIM_HORIZON]", in.Type)
	}
	return map[string]string{"ShardIterator": iterator(in.ARN, at)}, nil
}

func trimmed() error {
	return fails("TrimmedDataAccessException", "The operation attempted to read past the oldest record in the shard")
}

func iterator(arn string, at int) string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%s|%d", arn, at))
}

type getRecords struct {
	Iterator string `json:"ShardIterator"`
	Limit    int    `json:"Limit"`
}

// getRecords reads on from an iterator; without an error there is always a next one.
func (s *Server) getRecords(in *getRecords) (any, error) {
	text, err := base64.StdEncoding.DecodeString(in.Iterator)
	arn, number, _ := strings.Cut(string(text), "|")
	at, bad := strconv.Atoi(number)
	if err != nil || bad != nil {
		return nil, invalid("Invalid ShardIterator")
	}
	t, err := s.withStream(arn)
	if err != nil {
		return nil, err
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	from := at - t.stream.first
	if from < 0 {
		return nil, trimmed()
	}
	from = min(from, len(t.stream.records))
	limit := maxRead
	if in.Limit > 0 {
		limit = min(in.Limit, maxRead)
	}
	found := slices.Clone(t.stream.records[from:min(len(t.stream.records), from+limit)])
	if found == nil {
		found = []record{}
	}
	return struct {
		Records []record
		Next    string `json:"NextShardIterator"`
	}{found, iterator(arn, max(at, t.stream.first)+len(found))}, nil
}
