package staff

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"dossier/internal/extract/content"
	"dossier/internal/fault"
	"dossier/internal/fold"
	"dossier/internal/meeting"
)

// found is a document in which something was found.
type found struct {
	*meeting.Document
	// Page and Snippet are where in the text; Page is 0 if it was found in the names alone.
	Page    int
	Snippet string
}

// searchPage is what a search found.
type searchPage struct {
	header
	Query  string
	People []line
	Found  []found
	// More is set if the meeting has more documents than a search looks through.
	More bool
}

const (
	// maxSearched bounds the texts that one search reads, searchedAtOnce those that it reads at the same time.
	maxSearched    = 2000
	searchedAtOnce = 32
	// maxQuery bounds the bytes of a query.
	maxQuery = 200
	// snippet is how many bytes are shown before and after what was found.
	snippet = 60
)

// Search finds every word of the query in people's names, agencies and titles, and in documents' names, titles and
// texts, in any case and with any accents. It reads each text of the meeting from S3, many at a time: some
// thousands of small objects, once a search.
func (s *Staff) Search(w http.ResponseWriter, r *http.Request) error {
	head, err := s.header(r, "search")
	if err != nil {
		return err
	}
	p := searchPage{header: head, Query: strings.TrimSpace(r.URL.Query().Get("q"))}
	if len(p.Query) > maxQuery {
		p.Query = strings.ToValidUTF8(p.Query[:maxQuery], "")
	}
	if words := fold.Words(p.Query); len(words) > 0 {
		sessions, err := s.sessions(r.Context(), head.Meeting.ID)
		if err != nil {
			return err
		}
		p.People = peopleWith(sessions, words)
		if err := s.searchDocuments(r.Context(), &p, words); err != nil {
			return err
		}
	}
	return s.pages.Show(w, r, "search.html", p)
}

// hasAll reports whether a text has every word, also as a part of one of its own: French and Arabic write articles
// as a part of the word that follows.
func hasAll(text string, words []string) bool {
	has := strings.Join(fold.Words(text), " ")
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(has, w) })
}

// peopleWith gives the requirements whose person, agency or document has every word in its names.
func peopleWith(sessions []session, words []string) []line {
	var all []line
	for _, s := range sessions {
		for _, l := range s.Lines {
			names := strings.Join([]string{l.Name, l.Agency, l.Country, l.Title, l.FileName}, " ")
			if len(all) < maxListed && hasAll(names, words) {
				all = append(all, l)
			}
		}
	}
	return all
}

// searchDocuments fills in the documents that have every word.
func (s *Staff) searchDocuments(ctx context.Context, p *searchPage, words []string) error {
	docs, err := s.store.AllDocuments(ctx, p.Meeting.ID)
	if err != nil {
		return err
	}
	p.More = len(docs) > maxSearched
	docs = docs[:min(len(docs), maxSearched)]
	hits, err := inParallel(ctx, docs, searchedAtOnce, func(ctx context.Context, d *meeting.Document) (*found, error) {
		return s.searchDocument(ctx, d, words)
	})
	if err != nil {
		return err
	}
	for _, h := range hits {
		if h != nil && len(p.Found) < maxListed {
			p.Found = append(p.Found, *h)
		}
	}
	return nil
}

// searchDocument gives where a document has every word, in its text before its names; nil if it does not.
func (s *Staff) searchDocument(ctx context.Context, d *meeting.Document, words []string) (*found, error) {
	var hit *found
	if hasAll(strings.Join([]string{d.FileName, d.Title, d.Author}, " "), words) {
		hit = &found{Document: d}
	}
	if d.Text == "" || d.Words == 0 {
		return hit, nil
	}
	var c content.Content
	if err := s.bucket.GetJSON(ctx, d.Text, &c); err != nil {
		if fault.Is(err, fault.NotFound) {
			return hit, nil
		}
		return nil, err
	}
	for _, p := range c.Paper().Pages {
		text := p.Full() + "\n" + p.Notes
		if hasAll(text, words) {
			return &found{d, p.Number, around(text, words[0])}, nil
		}
	}
	return hit, nil
}

// around gives the text about the first place of a folded word.
func around(text, word string) string {
	text = strings.Join(strings.Fields(text), " ")
	at := placeOf(text, word)
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

// placeOf gives where the first word begins that holds a folded word. If there is none, it is behind the end of the
// text.
func placeOf(text, word string) int {
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
	return at
}
