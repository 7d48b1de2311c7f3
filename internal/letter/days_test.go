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
		"du 1er au 3 octobre 2022":        {From: 1, To: 3, Month: time.October, Year: 2022},
		"October 3-4, 2022":               {From: 3, To: 4, Month: time.October, Year: 2022},
		"3rd to 4th October":              {From: 3, To: 4, Month: time.October},
		"1º a 3 de outubro":               {From: 1, To: 3, Month: time.October},
		"1o e 2o outubro":                 {From: 1, To: 2, Month: time.October},
		"held from 13 to 16 October 2026": {From: 13, To: 16, Month: time.October, Year: 2026},
		"from 3 through 4 May":            {From: 3, To: 4, Month: time.May},
		"13-16/10/2026":                   {From: 13, To: 16, Month: time.October, Year: 2026},
		"13 au 16/10/2026":                {From: 13, To: 16, Month: time.October, Year: 2026},
		"من 13 ولغاية 16 تشرين الأول 2026": {From: 13, To: 16, Month: time.October, Year: 2026},
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

// The end of a reference is no run of days with the month of the date below it.
func TestNoRunOfDays(t *testing.T) {
	for _, text := range []string{
		"NS (CTU): 12/7/31\n\n   October 1, 2024", "Ref. 4-12-15 May 2024", "N° 88.3-4 mai 2026",
	} {
		if got := letter.RunsOfDays(text); len(got) > 0 {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

// A day by itself, in words or numbers, and whether it is one of the meeting's.
func TestSingleDays(t *testing.T) {
	w := letter.Window{From: time.Date(2026, 9, 21, 9, 0, 0, 0, time.UTC), To: time.Date(2026, 9, 25, 17, 0, 0, 0, time.UTC)}
	for text, within := range map[string]bool{
		"la réunion du 22 septembre":          true,
		"on 22nd September 2026, 11:30":       true,
		"September 22":                        true,
		"el 22 de setiembre de 2026":          true,
		"22/09/2026":                          true,
		"سيصل مساء يوم ٢٢ سبتمبر":             true,
		"the 21st of September":               true,
		"25.9.2026":                           true,
		"20 September 2026":                   false,
		"26 September 2026":                   false,
		"22 September 2025":                   false,
		"22 August":                           false,
		"09/22/2026":                          false, // no such day
		"31 September and 99 September":       false,
		"reference 22/2026 of the Department": false,
	} {
		found := false
		for _, d := range letter.SingleDays(text) {
			found = found || w.Holds(d)
		}
		if found != within {
			t.Errorf("%q: %v (%+v)", text, found, letter.SingleDays(text))
		}
	}
	newYear := letter.Window{From: time.Date(2026, 12, 30, 9, 0, 0, 0, time.UTC), To: time.Date(2027, 1, 2, 17, 0, 0, 0, time.UTC)}
	for _, d := range letter.SingleDays("31 December, 1 January, 30 January") {
		if within := newYear.Holds(d); within != (d.From < 30 || d.From == 31) {
			t.Errorf("%+v: %v", d, within)
		}
	}
}
