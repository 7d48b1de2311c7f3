package spelling_test

import (
	"math"
	"strings"
	"testing"

	"dossier/internal/fold"
	"dossier/internal/fold/spelling"
)

// The same names, as people write them. None of these words was learned from.
func TestSame(t *testing.T) {
	for script, pairs := range map[string]string{
		"Russian": "Екатерина Yekaterina, Владимир Vladimir, Хрущёв Khrushchev, Щербаков Shcherbakov, Юлия Yuliya, Чайковский Tchaikovsky, " +
			"Жданов Zhdanov, Николаевна Nikolaevna, Алексеев Alekseev, Дмитрий Dmitry",
		"Serbian":    "Јовановић Jovanović, Ђорђевић Đorđević, Ђорђевић Djordjevic, Живковић Živković, Љубиша Ljubiša, Његош Njegoš, Вучићевић Vučićević",
		"Macedonian": "Ѓорѓиевски Gjorgjievski, Александар Aleksandar, Николовски Nikolovski, Цветковска Cvetkovska",
		"Bulgarian":  "Христова Hristova, Георгиев Georgiev, Цветанов Tsvetanov, Желязкова Zhelyazkova",
		"Ukrainian":  "Зеленський Zelenskyi, Шевченко Shevchenko, Олександр Oleksandr, Мирослава Myroslava, Андрійчук Andriichuk",
		"Greek": "Παπαδόπουλος Papadopoulos, Γεωργίου Georgiou, Δημήτριος Dimitrios, Μιχαηλίδης Michailidis, Κωνσταντίνος Konstantinos, " +
			"Χριστοδούλου Christodoulou, Αθανασίου Athanasiou, Ελευθερία Eleftheria, Τσίπρας Tsipras, Αλέξανδρος Alexandros",
		"Arabic": "منصوري Mansouri, خديجة Khadija, الشرقاوي Elsharkawy, بوتفليقة Bouteflika, سليمان Suleiman, " +
			"إبراهيم Ibrahim, الحوراني Hourani",
	} {
		for _, p := range strings.Split(pairs, ", ") {
			foreign, latin, _ := strings.Cut(p, " ")
			a, b := join(foreign), join(latin)
			if !spelling.Shared().Same(a, b) {
				t.Errorf("%s: %s is not taken for %s (%.1f)", script, a, b, spelling.Shared().Best(a, b))
			}
		}
	}
}

// join folds a name and puts its parts together.
func join(s string) string { return strings.Join(fold.Words(s), "") }

// Other names, though some begin or end alike.
func TestNotSame(t *testing.T) {
	for _, p := range strings.Split("Владимир Vladislav, Иванов Ivanova, Николай Mikhail, Петров Pavlov, Марија Marko, Ковалёв Kuznetsov, "+
		"Παπαδόπουλος Papandreou, Γεωργίου Gregoriou, Δημήτριος Demosthenis, منصوري Mansfield, سليمان Salem, خديجة Khaled, محمود Mohammed, "+
		"القحطاني Alghamdi", ", ") {
		foreign, latin, _ := strings.Cut(p, " ")
		if spelling.Shared().Same(join(foreign), join(latin)) {
			t.Errorf("%s is taken for %s (%.1f)", foreign, latin, spelling.Shared().Best(join(foreign), join(latin)))
		}
	}
}

// What the model does not know is like nothing.
func TestUnknown(t *testing.T) {
	m := spelling.Shared()
	for foreign, latin := range map[string]string{
		"иванов": "", "צבי": "zvi", "иванов2": "ivanov2", "ива нов": "ivanov",
		strings.Repeat("а", spelling.Longest+1): "a", "а": strings.Repeat("a", spelling.Longest+1),
	} {
		if o := m.Best(foreign, latin); !math.IsInf(o, -1) || m.Same(foreign, latin) {
			t.Errorf("%q, %q: %v", foreign, latin, o)
		}
	}
	if o := m.Odds(strings.Repeat("ж", spelling.Longest), strings.Repeat("z", spelling.Longest)); math.IsNaN(o) {
		t.Error("no number for the longest words")
	}
}

func TestParse(t *testing.T) {
	if _, err := spelling.Parse("cyrillic\tbar\t5\ncyrillic\tж\tzh\t-1\ncyrillic\tж\t=\t-3\ncyrillic\t=\tz\t-3\n"); err != nil {
		t.Error(err)
	}
	for name, text := range map[string]string{
		"nothing": "", "two columns": "cyrillic\tж", "no number": "cyrillic\tж\tzh\tx", "five Latin letters": "cyrillic\tж\tzhzhz\t-1",
		"three foreign letters": "cyrillic\tжжж\tz\t-1", "no Latin letter": "cyrillic\tж\t1\t-1", "two letters by themselves": "cyrillic\t=\tzz\t-1",
	} {
		if _, err := spelling.Parse(text); err == nil {
			t.Errorf("%s is read", name)
		}
	}
}

func FuzzOdds(f *testing.F) {
	f.Add("иванов", "ivanov")
	f.Add("القحطاني", "alqahtani")
	f.Fuzz(func(t *testing.T, foreign, latin string) {
		if o := spelling.Shared().Best(foreign, latin); math.IsNaN(o) || math.IsInf(o, 1) {
			t.Errorf("%q, %q: %v", foreign, latin, o)
		}
	})
}

func BenchmarkOdds(b *testing.B) {
	for b.Loop() {
		spelling.Shared().Odds("александар", "aleksandar")
	}
}
