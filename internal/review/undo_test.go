package review_test

import (
	"reflect"
	"testing"

	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// Undoing a decision brings back every field of a document's state, whichever of them the decision changed.
func TestUndoRestoresEveryFieldOfADocument(t *testing.T) {
	for field := range reflect.TypeFor[meeting.DocumentState]().Fields() {
		t.Run(field.Name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			d := o.upload(1, meeting.Presentation, nil)
			doc, err := o.store.Document(t.Context(), d.ID)
			o.ok(err)
			before := doc.DocumentState
			setField(t, reflect.ValueOf(&before).Elem().FieldByIndex(field.Index))
			after := doc.DocumentState
			undo := o.undoOf("decided", meeting.Effect{Document: d.ID, DocumentBefore: &before, DocumentAfter: &after})
			o.ok(o.desk.Decide(t.Context(), "undo", undo, o.roster.Meeting))
			got, err := o.store.Document(t.Context(), d.ID)
			o.ok(err)
			if !reflect.DeepEqual(got.DocumentState, before) {
				t.Errorf("the state is %+v, want %+v", got.DocumentState, before)
			}
		})
	}
}

// Undoing a decision brings back every field of a requirement's state.
func TestUndoRestoresEveryFieldOfARequirement(t *testing.T) {
	for field := range reflect.TypeFor[meeting.RequirementState]().Fields() {
		t.Run(field.Name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			k := meeting.RequirementKey{Session: "s1", Kind: meeting.Presentation, Participant: "a"}
			after := o.requirement(k).RequirementState
			before := after
			setField(t, reflect.ValueOf(&before).Elem().FieldByIndex(field.Index))
			undo := o.undoOf("decided", meeting.Effect{Requirement: k, RequirementBefore: &before, RequirementAfter: &after})
			o.ok(o.desk.Decide(t.Context(), "undo", undo, o.roster.Meeting))
			if got := o.requirement(k).RequirementState; !reflect.DeepEqual(got, before) {
				t.Errorf("the state is %+v, want %+v", got, before)
			}
		})
	}
}

// A decision is not undone when any field of what it changed was changed since.
func TestUndoIsRefusedWhenAnyFieldChangedSince(t *testing.T) {
	for field := range reflect.TypeFor[meeting.DocumentState]().Fields() {
		t.Run(field.Name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			d := o.upload(1, meeting.Presentation, nil)
			doc, err := o.store.Document(t.Context(), d.ID)
			o.ok(err)
			before, after := doc.DocumentState, doc.DocumentState
			setField(t, reflect.ValueOf(&after).Elem().FieldByIndex(field.Index))
			undo := o.undoOf("decided", meeting.Effect{Document: d.ID, DocumentBefore: &before, DocumentAfter: &after})
			err = o.desk.Decide(t.Context(), "undo", undo, o.roster.Meeting)
			if !fault.Because(err, meeting.RefusalChangedSince) {
				t.Errorf("refused with %v, want %q", err, meeting.RefusalChangedSince)
			}
		})
	}
}

// undoOf records that a decision had an effect, and gives the decision that undoes it.
func (o *office) undoOf(id string, effect meeting.Effect) meeting.Decision {
	o.Helper()
	done := meeting.Decision{Action: meeting.Reject, Meeting: "m", By: "Ms Staff", At: o.clock}
	audit := &meeting.Audit{ID: id, Decision: done, Done: o.clock, Effects: []meeting.Effect{effect}}
	o.ok(o.store.Commit(o.ctx, store.NewChanges(audit)))
	return meeting.Decision{Action: meeting.Undo, Meeting: "m", Of: id, By: "Ms Staff", At: o.clock}
}

func (o *office) requirement(k meeting.RequirementKey) *meeting.Requirement {
	o.Helper()
	snap, err := o.store.Read(o.ctx, store.RequirementKey("m", k))
	o.ok(err)
	return store.Get(snap, store.RequirementKey("m", k))
}

// setField gives a field another value than the one that it has.
func setField(t *testing.T, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Float64:
		v.SetFloat(v.Float() + 0.5)
	case reflect.Pointer:
		fresh := reflect.New(v.Type().Elem())
		setField(t, fresh.Elem())
		v.Set(fresh)
	case reflect.Slice:
		one := reflect.New(v.Type().Elem()).Elem()
		setField(t, one)
		v.Set(reflect.Append(v, one))
	case reflect.Struct:
		setField(t, v.Field(0))
	case reflect.Int:
		v.SetInt(v.Int() + 1)
	default:
		t.Fatalf("no other value for a %s", v.Type())
	}
}
