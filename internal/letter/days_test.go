package letter_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dossier/internal/letter"
)

// Every month is read in a run of days, and in a letter's own date: some begin like what may follow a number.
func TestEveryMonth(t *testing.T) {
	for _, months := range []string{
		"January February March April May June July August September October November December",
		"janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
		"janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
		"enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
	} {
		for i, m := range strings.Fields(months) {
			month := time.Month(i + 1)
			days := letter.RunsOfDays(fmt.Sprintf("Meeting of 3-4 %s 2022.", m))
			if len(days) != 1 || days[0].From != 3 || days[0].To != 4 || days[0].Month != month || days[0].Year != 2022 {
				t.Errorf("days of %s: %+v", m, days)
			}
			text := fmt.Sprintf("Ministry of Labour\n12 %s 2022\n\nThe Ministry nominates Ms Amina Diallo, Director.\n\nYours sincerely,", m)
			l, err := letter.NewReader().Read(t.Context(), text, letter.Budget{})
			if want := time.Date(2022, month, 12, 0, 0, 0, 0, time.UTC); err != nil || !l.Dated.Equal(want) {
				t.Errorf("date in %s: %v, %v", m, l.Dated, err)
			}
		}
	}
	for text, want := range map[string]letter.Days{
		"du 1er au 3 octobre 2022": {From: 1, To: 3, Month: time.October, Year: 2022},
		"October 3-4, 2022":        {From: 3, To: 4, Month: time.October, Year: 2022},
		"3rd to 4th October":       {From: 3, To: 4, Month: time.October},
		"1º a 3 de outubro":        {From: 1, To: 3, Month: time.October},
		"1o e 2o outubro":          {From: 1, To: 2, Month: time.October},
	} {
		got := letter.RunsOfDays(text)
		if len(got) != 1 {
			t.Errorf("%q: %+v", text, got)
			continue
		}
		if got[0].Span = (letter.Span{}); got[0] != want {
			t.Errorf("%q: %+v", text, got[0])
		}
	}
}
