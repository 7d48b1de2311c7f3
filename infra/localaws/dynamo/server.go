// Package dynamo is a DynamoDB in memory, with a file to outlive the process where that is wanted, for tests and for this machine: the low-level API over HTTP
// (Amazon DynamoDB Developer Guide, "DynamoDB low-level API"), with streams.
//
// Every read is strongly consistent, of an index too. Transactions are carried out one after the other, so that none is
// refused because of another at work. A request for anything else (legacy parameters, local indexes, PartiQL) is
// refused rather than taken for another.
package dynamo

import (
	"bytes"
	"crypto/rand"
	"errors"
	"hash/crc32"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

	"dossier/infra/localaws/dynamo/attr"
)

// maxRequest is the largest request in bytes; DynamoDB takes 16 MB of a batch, and JSON is larger.
const maxRequest = 32 << 20

// Server is a DynamoDB with tables of its own. It is an http.Handler for many requests at once.
type Server struct {
	tokens  tokens
	journal *journal // nil for tables in memory alone

	mu     sync.RWMutex
	tables map[string]*table
}

// New makes a server without tables.
func New() *Server {
	return &Server{tables: map[string]*table{}, tokens: tokens{now: time.Now, byID: map[string]*tokenState{}}}
}

// table finds a table by its name or ARN.
func (s *Server) table(name string) (*table, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if t := s.tables[tableName(name)]; t != nil {
		return t, nil
	}
	return nil, noTable()
}

func noTable() error {
	return fails("ResourceNotFoundException", "Requested resource not found")
}

func (s *Server) allTables() []*table {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Collect(maps.Values(s.tables))
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		write500(w, err)
		return
	}
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	out, err := s.answer(operation, body)
	status := http.StatusOK
	if err != nil {
		var f *failure
		if !errors.As(err, &f) {
			write500(w, err)
			return
		}
		out, status = f, http.StatusBadRequest
	}
	data, err := json.Marshal(out)
	if err != nil {
		write500(w, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/x-amz-json-1.0")
	h.Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(data)), 10))
	h.Set("X-Amzn-Requestid", rand.Text())
	h.Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	_, _ = w.Write(data) // the client has gone
}

func write500(w http.ResponseWriter, err error) {
	http.Error(w, `{"__type":"`+dynamoErrors+`InternalServerError","message":`+strconv.Quote(err.Error())+`}`, http.StatusInternalServerError)
}

// answer carries out an operation of DynamoDB or of its streams.
func (s *Server) answer(operation string, body []byte) (any, error) {
	switch operation {
	case "GetItem":
		return do(body, s.getItem)
	case "BatchGetItem":
		return do(body, s.batchGet)
	case "TransactGetItems":
		return do(body, s.transactGet)
	case "Query":
		return do(body, s.query)
	case "Scan":
		return do(body, s.scan)
	case "PutItem":
		return do(body, s.putItem)
	case "UpdateItem":
		return do(body, s.updateItem)
	case "DeleteItem":
		return do(body, s.deleteItem)
	case "BatchWriteItem":
		return do(body, s.batchWrite)
	case "TransactWriteItems":
		return do(body, func(in *transactWrite) (any, error) {
			in.sum = fingerprint(body)
			return s.transactWrite(in)
		})
	}
	return s.answerAdmin(operation, body)
}

func (s *Server) answerAdmin(operation string, body []byte) (any, error) {
	switch operation {
	case "CreateTable":
		return do(body, s.createTable)
	case "DescribeTable":
		return do(body, s.describeTable)
	case "DeleteTable":
		return do(body, s.deleteTable)
	case "ListTables":
		return do(body, s.listTables)
	case "UpdateTimeToLive":
		return do(body, s.updateTTL)
	case "DescribeTimeToLive":
		return do(body, s.describeTTL)
	case "ListStreams":
		return do(body, s.listStreams)
	case "DescribeStream":
		return do(body, s.describeStream)
	case "GetShardIterator":
		return do(body, s.shardIterator)
	case "GetRecords":
		return do(body, s.getRecords)
	}
	return nil, &failure{Type: generalErrors + "UnknownOperationException", Message: "This server has no operation " + operation}
}

// do decodes a request and carries it out. A member that is not known is refused.
func do[In any](body []byte, operation func(*In) (any, error)) (any, error) {
	in := new(In)
	if err := json.Unmarshal(bytes.TrimSpace(body), in, json.RejectUnknownMembers(true)); err != nil {
		if bad, ok := errors.AsType[*attr.Invalid](err); ok {
			return nil, invalid("%s", bad.Reason)
		}
		return nil, &failure{Type: generalErrors + "SerializationException", Message: err.Error()}
	}
	return operation(in)
}

func (s *Server) createTable(in *createTable) (any, error) {
	t, err := newTable(in)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tables[t.name] != nil {
		return nil, fails("ResourceInUseException", "Table already exists: %s", t.name)
	}
	if err := s.journal.add(entry{Create: in}); err != nil {
		return nil, err
	}
	s.tables[t.name] = t
	return map[string]any{"TableDescription": t.describe("ACTIVE")}, nil
}

type named struct {
	Table string `json:"TableName"`
}

func (s *Server) describeTable(in *named) (any, error) {
	t, err := s.table(in.Table)
	if err != nil {
		return nil, fails("ResourceNotFoundException", "Requested resource not found: Table: %s not found", in.Table)
	}
	return map[string]any{"Table": t.describe("ACTIVE")}, nil
}

func (s *Server) deleteTable(in *named) (any, error) {
	t, err := s.remove(tableName(in.Table))
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	t.deleted = true
	t.mu.Unlock()
	return map[string]any{"TableDescription": t.describe("DELETING")}, nil
}

func (s *Server) remove(name string) (*table, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tables[name]
	if t == nil {
		return nil, fails("ResourceNotFoundException", "Requested resource not found: Table: %s not found", name)
	}
	if t.input.Protected {
		return nil, invalid("Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
	}
	if err := s.journal.add(entry{Drop: name}); err != nil {
		return nil, err
	}
	delete(s.tables, name)
	return t, nil
}

type listTables struct {
	Start string `json:"ExclusiveStartTableName"`
	Limit int    `json:"Limit"`
}

func (s *Server) listTables(in *listTables) (any, error) {
	names := []string{}
	for _, t := range s.allTables() {
		if t.name > in.Start {
			names = append(names, t.name)
		}
	}
	slices.Sort(names)
	out := struct {
		Names []string `json:"TableNames"`
		Last  string   `json:"LastEvaluatedTableName,omitzero"`
	}{Names: names}
	limit := 100
	if in.Limit > 0 {
		limit = min(in.Limit, limit)
	}
	if len(names) > limit {
		out.Names, out.Last = names[:limit], names[limit-1]
	}
	return out, nil
}

// ttl is which attribute holds an item's end. It is remembered and not acted upon: DynamoDB deletes within some days.
type ttl struct {
	Attribute string `json:"AttributeName"`
	Enabled   bool   `json:"Enabled"`
}

type updateTTL struct {
	Table string `json:"TableName"`
	TTL   ttl    `json:"TimeToLiveSpecification"`
}

func (s *Server) updateTTL(in *updateTTL) (any, error) {
	t, err := s.table(in.Table)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ttl = in.TTL
	return map[string]any{"TimeToLiveSpecification": t.ttl}, nil
}

func (s *Server) describeTTL(in *named) (any, error) {
	t, err := s.table(in.Table)
	if err != nil {
		return nil, err
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	d := map[string]string{"TimeToLiveStatus": "DISABLED"}
	if t.ttl.Enabled {
		d = map[string]string{"TimeToLiveStatus": "ENABLED", "AttributeName": t.ttl.Attribute}
	}
	return map[string]any{"TimeToLiveDescription": d}, nil
}
