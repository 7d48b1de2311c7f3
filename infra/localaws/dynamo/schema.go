package dynamo

import (
	"crypto/rand"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"dossier/infra/localaws/dynamo/attr"
)

// Region and account that the server says it is in.
const (
	region  = "us-east-1"
	account = "000000000000"
)

type keyElement struct {
	Name string `json:"AttributeName"`
	Type string `json:"KeyType"`
}

type attributeDefinition struct {
	Name string `json:"AttributeName"`
	Type string `json:"AttributeType"`
}

type projection struct {
	Type    string   `json:"ProjectionType,omitzero"`
	NonKeys []string `json:"NonKeyAttributes,omitzero"`
}

type throughput struct {
	Read  int `json:"ReadCapacityUnits"`
	Write int `json:"WriteCapacityUnits"`
}

type indexInput struct {
	Name       string      `json:"IndexName"`
	Keys       keySchema   `json:"KeySchema"`
	Projection projection  `json:"Projection"`
	Throughput *throughput `json:"ProvisionedThroughput"`
}

type streamSpecification struct {
	Enabled  bool   `json:"StreamEnabled"`
	ViewType string `json:"StreamViewType,omitzero"`
}

type tag struct{ Key, Value string }

// createTable is the request CreateTable.
type createTable struct {
	Name       string                `json:"TableName"`
	Attributes []attributeDefinition `json:"AttributeDefinitions"`
	Keys       keySchema             `json:"KeySchema"`
	Indexes    []indexInput          `json:"GlobalSecondaryIndexes"`
	Billing    string                `json:"BillingMode"`
	Throughput *throughput           `json:"ProvisionedThroughput"`
	Stream     *streamSpecification  `json:"StreamSpecification"`
	Tags       []tag
	Protected  bool   `json:"DeletionProtectionEnabled"`
	Class      string `json:"TableClass"`
}

type keySchema []keyElement

// names are the attributes of the partition key and of the sort key, "" when there is none.
func (k keySchema) names() (hash, sort string) {
	for _, e := range k {
		if e.Type == "HASH" {
			hash = e.Name
		} else {
			sort = e.Name
		}
	}
	return hash, sort
}

func (k keySchema) check() error {
	hash := slices.IndexFunc(k, func(e keyElement) bool { return e.Type == "HASH" })
	if len(k) < 1 || len(k) > 2 || hash != 0 {
		return invalid("One or more parameter values were invalid: Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
	}
	if len(k) == 2 && (k[1].Type != "RANGE" || k[1].Name == k[0].Name) {
		return invalid("One or more parameter values were invalid: Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
	}
	return nil
}

// newTable makes an empty table, or names the mistake in the request.
func newTable(in *createTable) (*table, error) {
	t := &table{name: in.Name, id: rand.Text(), created: time.Now(), input: in, types: map[string]string{}}
	if !regexp.MustCompile(`^[a-zA-Z0-9_.-]{3,255}$`).MatchString(in.Name) {
		return nil, invalid("Invalid table/index name. Table/index names must be between 3 and 255 characters long, " +
			"and may contain only the characters a-z, A-Z, 0-9, '_', '-', and '.'")
	}
	for _, a := range in.Attributes {
		if !slices.Contains([]string{"S", "N", "B"}, a.Type) {
			return nil, invalid("1 validation error detected: Value '%s' at 'attributeDefinitions.1.member.attributeType' failed to satisfy constraint: "+
				"Member must satisfy enum value set: [B, N, S]", a.Type)
		}
		t.types[a.Name] = a.Type
	}
	if err := in.Keys.check(); err != nil {
		return nil, err
	}
	t.hash, t.sort = in.Keys.names()
	used := map[string]bool{t.hash: true, t.sort: true}
	for _, x := range in.Indexes {
		index, err := newIndex(x)
		if err != nil {
			return nil, err
		}
		used[index.hash], used[index.sort] = true, true
		t.indexes = append(t.indexes, index)
	}
	if err := t.checkDefinitions(used); err != nil {
		return nil, err
	}
	if in.Stream != nil && in.Stream.Enabled {
		t.stream = newStream(t.arn(), in.Stream.ViewType)
	}
	return t, nil
}

func newIndex(in indexInput) (*index, error) {
	if err := in.Keys.check(); err != nil {
		return nil, err
	}
	x := &index{name: in.Name, projection: in.Projection}
	x.hash, x.sort = in.Keys.names()
	switch in.Projection.Type {
	case "ALL", "KEYS_ONLY", "INCLUDE":
		return x, nil
	}
	return nil, invalid("One or more parameter values were invalid: Unknown ProjectionType: %s", in.Projection.Type)
}

// checkDefinitions demands that the defined attributes are those of keys.
func (t *table) checkDefinitions(used map[string]bool) error {
	delete(used, "")
	for name := range used {
		if t.types[name] == "" {
			return invalid("One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [%s]", name)
		}
	}
	if len(used) != len(t.types) {
		return invalid("One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions")
	}
	return nil
}

func (t *table) arn() string {
	return fmt.Sprintf("arn:aws:dynamodb:%s:%s:table/%s", region, account, t.name)
}

type indexDescription struct {
	Name       string    `json:"IndexName"`
	Keys       keySchema `json:"KeySchema"`
	Projection projection
	Status     string `json:"IndexStatus"`
	ARN        string `json:"IndexArn"`
	Items      int    `json:"ItemCount"`
	Bytes      int    `json:"IndexSizeBytes"`
}

type tableDescription struct {
	Name        string                `json:"TableName"`
	Status      string                `json:"TableStatus"`
	ARN         string                `json:"TableArn"`
	ID          string                `json:"TableId"`
	Created     float64               `json:"CreationDateTime"`
	Attributes  []attributeDefinition `json:"AttributeDefinitions"`
	Keys        keySchema             `json:"KeySchema"`
	Indexes     []indexDescription    `json:"GlobalSecondaryIndexes,omitzero"`
	Items       int                   `json:"ItemCount"`
	Bytes       int                   `json:"TableSizeBytes"`
	Stream      *streamSpecification  `json:"StreamSpecification,omitzero"`
	StreamARN   string                `json:"LatestStreamArn,omitzero"`
	StreamLabel string                `json:"LatestStreamLabel,omitzero"`
	Throughput  throughput            `json:"ProvisionedThroughput"`
	Billing     map[string]string     `json:"BillingModeSummary,omitzero"`
	Protected   bool                  `json:"DeletionProtectionEnabled"`
}

// describe tells what the table is, with the counts of this moment.
func (t *table) describe(status string) tableDescription {
	t.mu.RLock()
	defer t.mu.RUnlock()
	d := tableDescription{Name: t.name, Status: status, ARN: t.arn(), ID: t.id, Created: seconds(t.created), Attributes: t.input.Attributes,
		Keys: t.input.Keys, Items: t.items.Len(), Bytes: t.bytes, Protected: t.input.Protected}
	if t.input.Throughput != nil {
		d.Throughput = *t.input.Throughput
	}
	if t.input.Billing != "" {
		d.Billing = map[string]string{"BillingMode": t.input.Billing}
	}
	if t.stream != nil {
		d.Stream, d.StreamARN, d.StreamLabel = t.input.Stream, t.stream.arn, t.stream.label
	}
	for i, x := range t.indexes {
		d.Indexes = append(d.Indexes, indexDescription{Name: x.name, Keys: t.input.Indexes[i].Keys, Projection: x.projection, Status: "ACTIVE",
			ARN: t.arn() + "/index/" + x.name, Items: x.items.Len(), Bytes: x.bytes})
	}
	return d
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

// checkKey is an error unless the attributes are a key of the table and nothing else.
func (t *table) checkKey(key attr.Map) error {
	count := 1
	if t.sort != "" {
		count = 2
	}
	if len(key) != count {
		return invalid("The provided key element does not match the schema")
	}
	for _, name := range t.keyNames() {
		if v := key[name]; v == nil || v.Type() != t.types[name] {
			return invalid("The provided key element does not match the schema")
		}
	}
	return t.checkItemKey(key)
}

// Lengths of keys in bytes (Developer Guide, quotas, "Partition keys and sort keys").
const (
	maxHash = 2048
	maxSort = 1024
)

// checkItemKey is an error unless an item has the table's key, of the right types and lengths.
func (t *table) checkItemKey(item attr.Map) error {
	for _, name := range t.keyNames() {
		v := item[name]
		if v == nil {
			return invalid("One or more parameter values were invalid: Missing the key %s in the item", name)
		}
		if v.Type() != t.types[name] {
			return invalid("One or more parameter values were invalid: Type mismatch for key %s expected: %s actual: %s", name, t.types[name], v.Type())
		}
		n, sized := attr.Length(v)
		limit, kind := maxSort, "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"
		if name == t.hash {
			limit, kind = maxHash, "Size of hashkey has exceeded the maximum size limit of2048 bytes"
		}
		switch {
		case sized && n == 0:
			return invalid("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty %s value. Key: %s", long(v), name)
		case n > limit:
			return invalid("One or more parameter values were invalid: %s", kind)
		}
	}
	return nil
}

func long(v attr.Value) string {
	if v.Type() == "B" {
		return "binary"
	}
	return "string"
}

// maxItem is the largest item in bytes, names included (Developer Guide, quotas, "Item size").
const maxItem = 400 << 10

// checkItem is an error unless the table can hold the item.
func (t *table) checkItem(item attr.Map) error {
	if err := t.checkItemKey(item); err != nil {
		return err
	}
	for _, x := range t.indexes {
		for _, name := range []string{x.hash, x.sort} {
			if err := t.checkIndexKey(x, name, item[name]); err != nil {
				return err
			}
		}
	}
	if item.Size() > maxItem {
		return invalid("Item size has exceeded the maximum allowed size")
	}
	return nil
}

// checkIndexKey is an error when an item has an attribute of an index's key that the index cannot take.
func (t *table) checkIndexKey(x *index, name string, v attr.Value) error {
	if v == nil {
		return nil
	}
	if v.Type() != t.types[name] {
		return invalid("One or more parameter values were invalid: Type mismatch for Index Key %s Expected: %s Actual: %s IndexName: %s", name, t.types[name], v.Type(), x.name)
	}
	if n, sized := attr.Length(v); sized && n == 0 {
		return invalid("One or more parameter values are not valid. A value specified for a secondary index key is not supported. "+
			"The AttributeValue for a key attribute cannot contain an empty %s value. IndexName: %s, IndexKey: %s", long(v), x.name, name)
	}
	return nil
}

func (t *table) keyNames() []string {
	if t.sort == "" {
		return []string{t.hash}
	}
	return []string{t.hash, t.sort}
}

// keyOf are an item's key attributes alone.
func (t *table) keyOf(item attr.Map) attr.Map { return pick(item, t.keyNames()) }

func pick(item attr.Map, names []string) attr.Map {
	out := attr.Map{}
	for _, name := range names {
		if v := item[name]; v != nil {
			out[name] = v
		}
	}
	return out
}

// tableName takes the name out of an ARN, which may stand wherever a name does.
func tableName(nameOrARN string) string {
	if _, name, ok := strings.Cut(nameOrARN, ":table/"); ok {
		return name
	}
	return nameOrARN
}
