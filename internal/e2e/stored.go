package e2e

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"dossier/internal/meeting"
)

// Items are the items of the table as plain values, by key.
func (w *World) Items() map[string]map[string]any {
	w.t.Helper()
	all := map[string]map[string]any{}
	pages := dynamodb.NewScanPaginator(w.DB, &dynamodb.ScanInput{TableName: &w.Table})
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		Must(w.t, err)
		for _, item := range page.Items {
			v := map[string]any{}
			Must(w.t, attributevalue.UnmarshalMap(item, &v))
			all[fmt.Sprint(v["PK"], " ", v["SK"])] = v
		}
	}
	return all
}

// ObjectData are the bytes of all object versions, unpacked.
func (w *World) ObjectData() map[meeting.Object][]byte {
	w.t.Helper()
	objects, err := w.Objects.AllVersions(context.Background(), "")
	Must(w.t, err)
	all := map[meeting.Object][]byte{}
	for _, o := range objects {
		data, err := w.Objects.Read(context.Background(), o, 1<<30)
		Must(w.t, err)
		if zr, err := gzip.NewReader(bytes.NewReader(data)); err == nil {
			data, err = io.ReadAll(zr)
			Must(w.t, err)
		}
		all[o] = data
	}
	return all
}

// Everything is all that the table and the bucket hold, as text by place.
func (w *World) Everything() map[string]string {
	w.t.Helper()
	ctx := context.Background()
	all := map[string]string{}
	pages := dynamodb.NewScanPaginator(w.DB, &dynamodb.ScanInput{TableName: &w.Table})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		Must(w.t, err)
		for _, item := range page.Items {
			var b bytes.Buffer
			Must(w.t, json.NewEncoder(&b).Encode(item))
			all[item["PK"].(*types.AttributeValueMemberS).Value+" "+item["SK"].(*types.AttributeValueMemberS).Value] = b.String()
		}
	}
	objects, _, err := w.Objects.Versions(ctx, "", "", 100)
	Must(w.t, err)
	for _, o := range objects {
		data, err := w.Objects.Read(ctx, o, 1<<30)
		Must(w.t, err)
		if zr, err := gzip.NewReader(bytes.NewReader(data)); err == nil {
			data, err = io.ReadAll(zr)
			Must(w.t, err)
		}
		all[o.Key+" "+o.Version] = string(data)
	}
	return all
}

// Holding are the places that hold any of the words.
func Holding(all map[string]string, words ...string) (places []string) {
	for place, text := range all {
		for _, word := range words {
			if strings.Contains(strings.ToLower(text), strings.ToLower(word)) {
				places = append(places, place)
				break
			}
		}
	}
	return places
}
