package deliver

import (
	"context"

	"dossier/internal/fault"
	"dossier/internal/mail"
	"dossier/internal/meeting"
	"dossier/internal/store"
	"dossier/internal/ticket"
)

// view gathers what the mail can say, as it stands now.
func (f *Function) view(ctx context.Context, m meeting.Mail) (mail.View, error) {
	v := mail.View{Mail: m, Now: f.now()}
	switch found, err := f.store.Meeting(ctx, m.Meeting); {
	case err == nil:
		v.Meeting = *found
	case !fault.Is(err, fault.NotFound):
		return v, err
	}
	for _, add := range []func(context.Context, *mail.View) error{f.addSession, f.addDocument, f.addUploads, f.addProblems} {
		if err := add(ctx, &v); err != nil {
			return v, err
		}
	}
	return v, nil
}

// addSession adds the session that the mail is about, with its requirements.
func (f *Function) addSession(ctx context.Context, v *mail.View) (err error) {
	if v.Mail.Session == "" {
		return nil
	}
	if v.Session, err = f.store.Session(ctx, v.Mail.Meeting, v.Mail.Session); err != nil {
		return err
	}
	v.Requirements, err = f.store.Requirements(ctx, v.Mail.Meeting, v.Mail.Session)
	return err
}

// addDocument adds the document that the mail is about, with all sessions, so that the mail can name them.
func (f *Function) addDocument(ctx context.Context, v *mail.View) (err error) {
	if v.Mail.Document == "" {
		return nil
	}
	if v.Document, err = f.store.Document(ctx, v.Mail.Document); err != nil {
		return err
	}
	v.Sessions, err = f.store.AllSessions(ctx, v.Mail.Meeting)
	return err
}

// addProblems adds the mistakes of a roster.
func (f *Function) addProblems(ctx context.Context, v *mail.View) error {
	if v.Mail.Problems == "" {
		return nil
	}
	return f.bucket.GetJSON(ctx, v.Mail.Problems, &v.Problems)
}

// addUploads signs the links of a mail. A mail that is written again has the same ones.
func (f *Function) addUploads(ctx context.Context, v *mail.View) error {
	session := func(l meeting.Invitation) store.Key[meeting.Session] {
		return store.SessionKey(v.Mail.Meeting, l.Session)
	}
	var asked []store.AnyKey
	for _, l := range v.Mail.Links {
		if l.Session != "" {
			asked = append(asked, session(l))
		}
	}
	snap, err := f.store.Read(ctx, asked...)
	if err != nil {
		return err
	}
	for _, l := range v.Mail.Links {
		token, err := f.keys.Sign(ctx, ticket.Of(v.Mail.Meeting, l, v.Mail.Decided))
		if err != nil {
			return err
		}
		v.Uploads = append(
			v.Uploads,
			mail.Upload{Invitation: l, Session: store.Get(snap, session(l)), Due: v.Meeting.Due(l.Kind),
				URL: f.config.PortalURL + "t/" + token},
		)
	}
	return nil
}
