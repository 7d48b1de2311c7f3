package portal

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"dossier/internal/extract/content"
	"dossier/internal/fault"
	"dossier/internal/fold"
	"dossier/internal/meeting"
)

// found is a document in which something was found.
type found struct {
	*meeting.Document
	// Page and Snippet are where in the text; Page is 0 when it was found in the names alone.
	Page    int
	Snippet string
}

type searchPage struct {
	staffPage
	Query  string
	People []line
	Found  []found
	// More: the meeting has more documents than are looked through.
	More bool
}

const (
	// maxSearched bounds the texts that one search reads, maxQuery the letters of what is searched for.
	maxSearched = 2000
	maxQuery    = 200
	// snippet is how many letters are shown before and after what was found.
	snippet = 60
)

// search finds every word of the query in people's names, agencies and titles, and in documents' names, titles and texts, whatever the
// case and the accents. It reads each text of the meeting from S3, many at a time: some thousands of small objects, once a search.
func (p *Portal) search(w http.ResponseWriter, r *http.Request) {
	head, err := p.staffPage(r, "search")
	if err != nil {
		p.fail(w, r, err)
		return
	}
	page := searchPage{staffPage: head, Query: strings.TrimSpace(r.URL.Query().Get("q"))}
	if len(page.Query) > maxQuery {
		page.Query = strings.ToValidUTF8(page.Query[:maxQuery], "")
	}
	if words := fold.Words(page.Query); len(words) > 0 {
		if err := p.find(r.Context(), &page, words); err != nil {
			p.fail(w, r, err)
			return
		}
	}
	p.show(w, r, "search.html", http.StatusOK, page)
}

// hasAll tells whether a text has every word, within one of its own too: French and Arabic write articles before a word as part of it.
func hasAll(text string, words []string) bool {
	has := strings.Join(fold.Words(text), " ")
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(has, w) })
}

func (p *Portal) find(ctx context.Context, page *searchPage, words []string) error {
	id := page.Meeting.ID
	sessions, err := p.sessions(ctx, id)
	if err != nil {
		return err
	}
	for _, s := range sessions {
		for _, l := range s.Lines {
			if hasAll(strings.Join([]string{l.Name, l.Agency, l.Country, l.Title, l.FileName}, " "), words) && len(page.People) < maxListed {
				page.People = append(page.People, l)
			}
		}
	}
	docs, err := p.store.AllDocuments(ctx, id)
	if err != nil {
		return err
	}
	page.More = len(docs) > maxSearched
	docs = docs[:min(len(docs), maxSearched)]
	hits := make([]*found, len(docs))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(32)
	for i, d := range docs {
		group.Go(func() error {
			names := strings.Join([]string{d.FileName, d.Title, d.Author}, " ")
			if hasAll(names, words) {
				hits[i] = &found{Document: d}
			}
			if d.Text == "" || d.Words == 0 {
				return nil
			}
			var c content.Content
			if err := p.bucket.GetJSON(ctx, d.Text, &c); err != nil {
				if fault.Is(err, fault.NotFound) {
					return nil
				}
				return err
			}
			for _, page := range c.Pages {
				text := page.Full() + "\n" + page.Notes
				if hasAll(text, words) {
					hits[i] = &found{d, page.Number, around(text, words[0])}
					break
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, h := range hits {
		if h != nil && len(page.Found) < maxListed {
			page.Found = append(page.Found, *h)
		}
	}
	return nil
}

// around is the text about the first place of a folded word.
func around(text, word string) string {
	text = strings.Join(strings.Fields(text), " ")
	at := 0
	for at < len(text) {
		end := strings.IndexByte(text[at:], ' ')
		if end < 0 {
			end = len(text) - at
		}
		if slices.ContainsFunc(fold.Words(text[at:at+end]), func(w string) bool { return strings.Contains(w, word) }) {
			break
		}
		at += end + 1
	}
	from, to := max(0, min(at, len(text))-snippet), min(len(text), at+snippet)
	for from > 0 && !utf8.RuneStart(text[from]) {
		from--
	}
	for to < len(text) && !utf8.RuneStart(text[to]) {
		to++
	}
	out := text[from:to]
	if from > 0 {
		out = "… " + out
	}
	if to < len(text) {
		out += " …"
	}
	return out
}
