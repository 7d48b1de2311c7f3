package deliver

import (
	"context"
	"slices"

	"dossier/internal/fault"
	"dossier/internal/mail"
	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

// view gathers what the mail can say, as it stands now.
func (f *Function) view(ctx context.Context, m meeting.Mail) (mail.View, error) {
	v := mail.View{Mail: m, Portal: f.config.PortalURL, Now: f.now()}
	switch found, err := f.store.Meeting(ctx, m.Meeting); {
	case err == nil:
		v.Meeting = *found
	case !fault.Is(err, fault.NotFound):
		return v, err
	}
	for _, add := range []func(context.Context, *mail.View) error{
		f.addSession, f.addDocument, f.addUploads, f.addReader, f.addProblems,
	} {
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
func (f *Function) addUploads(ctx context.Context, v *mail.View) (err error) {
	if len(v.Mail.Links) == 0 {
		return nil
	}
	if v.Sessions, err = f.store.AllSessions(ctx, v.Mail.Meeting); err != nil {
		return err
	}
	for _, l := range v.Mail.Links {
		u, err := f.upload(ctx, v, l, ticket.Of(v.Mail.Meeting, l, v.Mail.Decided))
		if err != nil {
			return err
		}
		v.Uploads = append(v.Uploads, u)
	}
	return nil
}

// upload gives the page that takes what an invitation asks for. The sessions have to be in the view.
func (f *Function) upload(ctx context.Context, v *mail.View, l meeting.Invitation, t ticket.Ticket) (mail.Upload, error) {
	token, err := f.keys.Sign(ctx, t)
	if err != nil {
		return mail.Upload{}, err
	}
	u := mail.Upload{Invitation: l, Due: v.Meeting.Due(l.Kind), URL: f.config.PortalURL + "t/" + token}
	if i := slices.IndexFunc(v.Sessions, func(s *meeting.Session) bool { return s.ID == l.Session }); i >= 0 {
		u.Session = v.Sessions[i]
	}
	return u, nil
}
