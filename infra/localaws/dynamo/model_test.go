package dynamo

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"pgregory.net/rapid"
)

// modelItem is an item of the model: a revision, and a place in the index or none.
type modelItem struct {
	pk, sk string
	rev    int
	gpk    string // "" for none
	gsk    int
}

func (m modelItem) av() av {
	item := at(m.pk, m.sk, "rev", m.rev)
	if m.gpk != "" {
		item["GPK"], item["GSK"] = s(m.gpk), n(m.gsk)
	}
	return item
}

// model is a table as a plain map, walked whole whenever it is asked.
type model struct {
	*fixture
	items map[string]modelItem
}

func (m *model) drawKey(t *rapid.T) modelItem {
	return modelItem{pk: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "pk"), sk: rapid.StringOfN(rapid.RuneFrom([]rune("xyé\x00")), 1, 2, -1).Draw(t, "sk")}
}

func (m *model) drawItem(t *rapid.T) modelItem {
	i := m.drawKey(t)
	i.rev = rapid.IntRange(0, 3).Draw(t, "rev")
	if i.gpk = rapid.SampledFrom([]string{"", "g", "h"}).Draw(t, "gpk"); i.gpk != "" {
		i.gsk = rapid.IntRange(-12, 12).Draw(t, "gsk")
	}
	return i
}

// change draws a write on a condition, and tells what it does to the model.
func (m *model) change(t *rapid.T) (types.TransactWriteItem, string, func(), bool) {
	i := m.drawItem(t)
	key := i.pk + "|" + i.sk
	old, exists := m.items[key]
	holds := map[string]bool{"attribute_not_exists(PK)": !exists, "attribute_exists(PK)": exists, "rev = :rev": exists && old.rev == i.rev,
		"rev >= :rev OR attribute_not_exists(rev)": !exists || old.rev >= i.rev, "attribute_exists(GPK) AND NOT GSK < :rev": exists && old.gpk != "" && old.gsk >= i.rev}
	condition := rapid.SampledFrom(slices.Sorted(maps.Keys(holds))).Draw(t, "condition")
	values := av{":rev": n(i.rev)}
	if !strings.Contains(condition, ":rev") {
		values = nil
	}
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 0:
		return types.TransactWriteItem{Delete: &types.Delete{TableName: m.name, Key: at(i.pk, i.sk), ConditionExpression: &condition, ExpressionAttributeValues: values}},
			key, func() { delete(m.items, key) }, holds[condition]
	case 1:
		update := "ADD rev :one"
		next := modelItem{pk: i.pk, sk: i.sk, rev: old.rev + 1, gpk: old.gpk, gsk: old.gsk}
		if i.gpk == "" {
			update, next.gpk, next.gsk = update+" REMOVE GPK, GSK", "", 0
		}
		all := av{":one": n(1)}
		maps.Copy(all, values)
		return types.TransactWriteItem{Update: &types.Update{TableName: m.name, Key: at(i.pk, i.sk), UpdateExpression: &update, ConditionExpression: &condition, ExpressionAttributeValues: all}},
			key, func() { m.items[key] = next }, holds[condition]
	}
	return types.TransactWriteItem{Put: &types.Put{TableName: m.name, Item: i.av(), ConditionExpression: &condition, ExpressionAttributeValues: values}},
		key, func() { m.items[key] = i }, holds[condition]
}

// Transact writes some items in one transaction: all, if all conditions hold.
func (m *model) Transact(t *rapid.T) {
	var in []types.TransactWriteItem
	var apply []func()
	var want []string
	seen := map[string]bool{}
	for range rapid.IntRange(1, 4).Draw(t, "items") {
		write, key, change, holds := m.change(t)
		if seen[key] {
			continue
		}
		seen[key] = true
		code := "None"
		if !holds {
			code = "ConditionalCheckFailed"
		}
		in, apply, want = append(in, write), append(apply, change), append(want, code)
	}
	_, err := m.TransactWriteItems(m.ctx(), &dynamodb.TransactWriteItemsInput{TransactItems: in})
	if !slices.Contains(want, "ConditionalCheckFailed") {
		if err != nil {
			t.Fatalf("a transaction whose conditions hold: %v", err)
		}
		for _, change := range apply {
			change()
		}
		return
	}
	cancelled, ok := errors.AsType[*types.TransactionCanceledException](err)
	if !ok {
		t.Fatalf("got %v, want reasons %v", err, want)
	}
	for i, r := range cancelled.CancellationReasons {
		if *r.Code != want[i] {
			t.Fatalf("reason %d is %s, want %v", i, *r.Code, want)
		}
	}
}

// Put writes one item without a condition.
func (m *model) Put(t *rapid.T) {
	i := m.drawItem(t)
	if _, err := m.PutItem(m.ctx(), &dynamodb.PutItemInput{TableName: m.name, Item: i.av()}); err != nil {
		t.Fatal(err)
	}
	m.items[i.pk+"|"+i.sk] = i
}

// sorted are the model's items that are in, in an order.
func (m *model) sorted(in func(modelItem) bool, order func(a, b modelItem) int) []string {
	all := slices.SortedFunc(maps.Values(m.items), order)
	var shown []string
	for _, i := range all {
		if in(i) {
			shown = append(shown, show(i.av()))
		}
	}
	return shown
}

func byKey(a, b modelItem) int { return strings.Compare(a.pk+"|"+a.sk, b.pk+"|"+b.sk) }

// Query reads a part of a partition, or of the index, page by page, in either direction.
func (m *model) Query(t *rapid.T) {
	forward := rapid.Bool().Draw(t, "forward")
	in := &dynamodb.QueryInput{TableName: m.name, ScanIndexForward: &forward, Limit: aws.Int32(rapid.Int32Range(1, 5).Draw(t, "limit"))}
	from := m.drawItem(t)
	ops := []string{"<", "<=", "=", ">", ">="}
	op := rapid.SampledFrom(ops).Draw(t, "op")
	holds := func(order int) bool {
		return map[string]bool{"<": order < 0, "<=": order <= 0, "=": order == 0, ">": order > 0, ">=": order >= 0}[op]
	}
	var want []string
	if rapid.Bool().Draw(t, "index") && from.gpk != "" {
		in.IndexName, in.KeyConditionExpression = aws.String("open"), aws.String("GPK = :p AND GSK "+op+" :s")
		in.ExpressionAttributeValues = av{":p": s(from.gpk), ":s": n(from.gsk)}
		want = m.sorted(func(i modelItem) bool { return i.gpk == from.gpk && holds(i.gsk-from.gsk) }, func(a, b modelItem) int {
			if a.gsk != b.gsk {
				return a.gsk - b.gsk
			}
			return byKey(a, b)
		})
	} else {
		in.KeyConditionExpression, in.ExpressionAttributeValues = aws.String("PK = :p AND SK "+op+" :s"), av{":p": s(from.pk), ":s": s(from.sk)}
		want = m.sorted(func(i modelItem) bool { return i.pk == from.pk && holds(strings.Compare(i.sk, from.sk)) }, byKey)
	}
	if !forward {
		slices.Reverse(want)
	}
	var got []string
	pages := dynamodb.NewQueryPaginator(m.Client, in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(m.ctx())
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range page.Items {
			got = append(got, show(item))
		}
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%s of %v gives\n%s\nwant\n%s", *in.KeyConditionExpression, from, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// check compares the whole table.
func (m *model) check(t *rapid.T) {
	var got []string
	pages := dynamodb.NewScanPaginator(m.Client, &dynamodb.ScanInput{TableName: m.name, Limit: aws.Int32(7)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(m.ctx())
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range page.Items {
			got = append(got, show(item))
		}
	}
	want := m.sorted(func(modelItem) bool { return true }, byKey)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Fatalf("the table has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestTableIsAsAMapHasIt(t *testing.T) {
	t.Parallel()
	f, round := start(t), 0
	rapid.Check(t, func(t *rapid.T) {
		round++
		m := &model{&fixture{Client: f.Client, name: aws.String(fmt.Sprint("model", round)), ctx: f.ctx}, map[string]modelItem{}}
		if _, err := m.CreateTable(m.ctx(), tableInput(*m.name)); err != nil {
			t.Fatal(err)
		}
		t.Repeat(map[string]func(*rapid.T){"transact": m.Transact, "put": m.Put, "query": m.Query, "": m.check})
		if _, err := m.DeleteTable(m.ctx(), &dynamodb.DeleteTableInput{TableName: m.name}); err != nil {
			t.Fatal(err)
		}
	})
}
