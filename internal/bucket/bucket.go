// Package bucket is the S3 bucket: what was uploaded, version by version, and what Dossier derives from it.
//
//	roster/<meeting>/meeting.yaml, participants.csv   what the secretariat drops
//	incoming/<meeting>/<ticket id or drop>/<file name>   what people upload
//	decisions/<meeting>/<time>-<id>.json              what staff decided
//	parts/<meeting>/<upload's id>/<place>             the papers that came in mails and archives
//	text/<document id>.json.gz                        what was read
//	index/<meeting>/<roster token>.json.gz            a roster, for matching
//	problems/<object id>.json.gz                      what was wrong with a roster
//	materials/<meeting>/<session>/<print>.zip         a session's materials, for staff
//
// A roster file or a decision from which somebody was erased is a copy under a key of its own; see
// meeting.Object.RewrittenKey.
//
// The first three are the truth: the table can be rebuilt from them. The others can be made again.
package bucket

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"dossier/internal/awserror"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// maxDerived bounds the reading of our own files, unpacked: 256 MiB.
const maxDerived = 256 << 20

// Bucket is one versioned S3 bucket.
type Bucket struct {
	s3   *s3.Client
	name string
}

// New makes a Bucket of a bucket that exists and is versioned.
func New(client *s3.Client, name string) *Bucket {
	quiet := s3.New(client.Options(), func(o *s3.Options) {
		o.APIOptions = append(slices.Clone(o.APIOptions), awserror.Quiet)
	})
	return &Bucket{s3: quiet, name: name}
}

// Name is the bucket's name.
func (b *Bucket) Name() string { return b.name }

// File is an object version on this machine's disk. Close removes it.
type File struct {
	*os.File
	Size int64
}

// Close closes and removes the file.
func (f *File) Close() error {
	return errors.Join(f.File.Close(), os.Remove(f.File.Name()))
}

// GoneError: the version of an object is not in the bucket any more. It is of the kind fault.NotFound; an object that
// Dossier made, such as a text, is never meant by it.
type GoneError struct {
	ID string // the object's own, meeting.Object.ID
}

// Error names the object.
func (e *GoneError) Error() string { return "object version " + e.ID + " is gone" }

// Gone reports whether err says that this version of an object is gone, and not that something else is.
func Gone(err error, o meeting.Object) bool {
	gone, ok := errors.AsType[*GoneError](err)
	return ok && gone.ID == o.ID()
}

// Fetch copies one object version to a temporary file. It fails with GoneError when the version is gone and with
// Rejected "too-large" when it has more than limit bytes.
func (b *Bucket) Fetch(ctx context.Context, o meeting.Object, limit int64) (*File, error) {
	out, err := b.s3.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.name, Key: &o.Key, VersionId: version(o)})
	if err != nil {
		return nil, wrapVersion(err, "get", o)
	}
	defer out.Body.Close()
	if size := aws.ToInt64(out.ContentLength); size > limit {
		return nil, fault.Reject("too-large", "object %s has %d bytes, the limit is %d", o.ID(), size, limit)
	}
	f, err := os.CreateTemp("", "dossier-*")
	if err != nil {
		return nil, fmt.Errorf("make temporary file: %w", err)
	}
	file := &File{File: f}
	file.Size, err = io.Copy(f, io.LimitReader(out.Body, limit+1))
	if err == nil && file.Size > limit {
		err = fault.Reject("too-large", "object %s has over %d bytes", o.ID(), limit)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("copy object %s: %w", o.ID(), err), file.Close())
	}
	return file, nil
}

// Verdict is what a scan for malware said of an object version.
type Verdict string

// The verdicts. Any other means that GuardDuty could not look (Amazon GuardDuty User Guide, "S3 object scan status").
const (
	NotScanned Verdict = ""
	Clean      Verdict = "NO_THREATS_FOUND"
	Infected   Verdict = "THREATS_FOUND"
)

// scanTag is the tag by which GuardDuty writes its verdict on an object (Amazon GuardDuty User Guide, "Using tag-based
// access control (TBAC) with Malware Protection for S3").
const scanTag = "GuardDutyMalwareScanStatus"

// Verdict reads what GuardDuty has written on an object version; GoneError when the version is gone.
func (b *Bucket) Verdict(ctx context.Context, o meeting.Object) (Verdict, error) {
	out, err := b.s3.GetObjectTagging(
		ctx,
		&s3.GetObjectTaggingInput{Bucket: &b.name, Key: &o.Key, VersionId: version(o)},
	)
	if err != nil {
		return NotScanned, wrapVersion(err, "get tags of", o)
	}
	for _, t := range out.TagSet {
		if aws.ToString(t.Key) == scanTag {
			return Verdict(aws.ToString(t.Value)), nil
		}
	}
	return NotScanned, nil
}

// Stat completes an object whose event says neither its time nor its size; S3 tells times in whole seconds. It
// fails with GoneError when the version is gone.
func (b *Bucket) Stat(ctx context.Context, o meeting.Object) (meeting.Object, error) {
	out, err := b.s3.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &b.name, Key: &o.Key, VersionId: version(o)})
	if err != nil {
		return o, wrapVersion(err, "look at", o)
	}
	o.Time, o.Size = aws.ToTime(out.LastModified), aws.ToInt64(out.ContentLength)
	return o, nil
}

// Listed is Stat by the list of versions. The bucket's policy denies Stat for an infected version, and allows the list.
func (b *Bucket) Listed(ctx context.Context, o meeting.Object) (meeting.Object, error) {
	for marker := ""; ; {
		some, next, err := b.Versions(ctx, o.Key, marker, 1)
		if err != nil {
			return o, err
		}
		for _, v := range some {
			if v.Key == o.Key && v.Version == o.Version {
				o.Time, o.Size = v.Time, v.Size
				return o, nil
			}
		}
		// Versions of one key follow each other, and the key itself comes before all that begin with it.
		if next == "" || !strings.HasPrefix(next, o.Key+"\n") {
			return o, fault.New(fault.NotFound, "list versions: %w", &GoneError{o.ID()})
		}
		marker = next
	}
}

// Read reads one object version of at most limit bytes into memory; errors are as Fetch's.
func (b *Bucket) Read(ctx context.Context, o meeting.Object, limit int64) ([]byte, error) {
	body, err := b.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	data, err := io.ReadAll(io.LimitReader(body, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read object %s: %w", o.ID(), err)
	}
	if int64(len(data)) > limit {
		return nil, fault.Reject("too-large", "object %s has over %d bytes", o.ID(), limit)
	}
	return data, nil
}

func version(o meeting.Object) *string {
	if o.Version == "" {
		return nil
	}
	return &o.Version
}

// wrapVersion is wrap for what was asked of one version of an object.
func wrapVersion(err error, what string, o meeting.Object) error {
	err = wrap(err, "%s object %s", what, o.ID())
	if o.Version != "" && fault.Is(err, fault.NotFound) {
		return fault.New(fault.NotFound, "%s: %w", what, &GoneError{o.ID()})
	}
	return err
}

func wrap(err error, format string, args ...any) error {
	what := fmt.Sprintf(format, args...)
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		switch api.ErrorCode() {
		case "NoSuchKey",
			"NoSuchVersion",
			"NoSuchUpload",
			"NotFound",
			"MethodNotAllowed": // the last is a delete marker's answer
			return fault.New(fault.NotFound, "%s: %w", what, err)
		case "PreconditionFailed":
			return fault.New(fault.Exists, "%s: %w", what, err)
		}
	}
	return fmt.Errorf("%s: %w", what, err)
}

// PutJSON writes v as gzipped JSON. The content under a key is a function of the key, so writing
// it again changes nothing.
func (b *Bucket) PutJSON(ctx context.Context, key string, v any) error {
	var buf bytes.Buffer
	zw := gzip.NewWriter(&buf)
	if err := errors.Join(json.NewEncoder(zw).Encode(v), zw.Close()); err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	_, err := b.s3.PutObject(ctx, &s3.PutObjectInput{Bucket: &b.name, Key: &key, Body: bytes.NewReader(buf.Bytes()),
		ContentType: aws.String("application/json"), ContentEncoding: aws.String("gzip")})
	if err != nil {
		return wrap(err, "put derived object")
	}
	return nil
}

// GetJSON reads what PutJSON wrote; NotFound when there is nothing.
func (b *Bucket) GetJSON(ctx context.Context, key string, v any) error {
	out, err := b.s3.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.name, Key: &key})
	if err != nil {
		return wrap(err, "get derived object")
	}
	defer out.Body.Close()
	zr, err := gzip.NewReader(out.Body)
	if err != nil {
		return fmt.Errorf("unpack derived object: %w", err)
	}
	if err := json.NewDecoder(io.LimitReader(zr, maxDerived)).Decode(v); err != nil {
		return fmt.Errorf("decode derived object: %w", err)
	}
	return nil
}

// Delete removes one object version for good. One that is gone is no error.
func (b *Bucket) Delete(ctx context.Context, o meeting.Object) error {
	_, err := b.s3.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &b.name, Key: &o.Key, VersionId: version(o)})
	if err == nil {
		return nil
	}
	if err = wrap(err, "delete object %s", o.ID()); fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// PutDecision keeps a decision under a key of its own and gives the object version's name.
// A decision is never overwritten.
func (b *Bucket) PutDecision(ctx context.Context, key string, d meeting.Decision) (meeting.Object, error) {
	data, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return meeting.Object{}, fmt.Errorf("encode decision: %w", err)
	}
	out, err := b.s3.PutObject(ctx, &s3.PutObjectInput{Bucket: &b.name, Key: &key, Body: bytes.NewReader(data),
		ContentType: aws.String("application/json"), IfNoneMatch: aws.String("*")})
	if err != nil {
		return meeting.Object{}, wrap(err, "put decision")
	}
	return meeting.Object{
		Bucket:  b.name,
		Key:     key,
		Version: aws.ToString(out.VersionId),
		Size:    int64(len(data)),
		Time:    d.At,
	}, nil
}

// EmptyPart puts an object without bytes where a paper was that came in an upload and was erased.
func (b *Bucket) EmptyPart(ctx context.Context, key string) error {
	_, err := b.s3.PutObject(ctx, &s3.PutObjectInput{Bucket: &b.name, Key: &key, Body: bytes.NewReader(nil),
		Metadata: map[string]string{erasedNote: "part"}})
	if err != nil {
		return wrap(err, "put empty part")
	}
	return nil
}

// PutPart keeps a paper that came in an upload, once: when it is there already, that one is given. It fails with Exists when
// the paper was erased; see EmptyPart.
func (b *Bucket) PutPart(ctx context.Context, key string, data []byte) (meeting.Object, error) {
	o := meeting.Object{Bucket: b.name, Key: key, Size: int64(len(data))}
	out, err := b.s3.PutObject(ctx, &s3.PutObjectInput{Bucket: &b.name, Key: &key, Body: bytes.NewReader(data),
		ContentType: aws.String("application/octet-stream"), IfNoneMatch: aws.String("*")})
	if err == nil {
		o.Version = aws.ToString(out.VersionId)
		return o, nil
	}
	if err = wrap(err, "put part"); !fault.Is(err, fault.Exists) {
		return o, err
	}
	had, err := b.s3.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &b.name, Key: &key})
	if err != nil {
		return o, wrap(err, "look at part")
	}
	if had.Metadata[erasedNote] != "" {
		return o, fault.New(fault.Exists, "a part was erased")
	}
	o.Version, o.Size = aws.ToString(had.VersionId), aws.ToInt64(had.ContentLength)
	return o, nil
}

// Versions lists object versions under a prefix after a marker, key by key, the newest version of each key
// first; delete markers are left out. It makes at most pages requests of up to 1,000 versions and gives the
// marker to go on from, "" at the end.
func (b *Bucket) Versions(
	ctx context.Context,
	prefix, marker string,
	pages int,
) (found []meeting.Object, next string, err error) {
	keyMarker, versionMarker, _ := strings.Cut(marker, "\n")
	for range pages {
		in := &s3.ListObjectVersionsInput{Bucket: &b.name, Prefix: &prefix}
		if keyMarker != "" {
			in.KeyMarker = &keyMarker
			if versionMarker != "" {
				in.VersionIdMarker = &versionMarker
			}
		}
		out, err := b.s3.ListObjectVersions(ctx, in)
		if err != nil {
			folder, _, _ := strings.Cut(prefix, "/") // the rest can be a file's name
			return nil, "", wrap(err, "list versions under %s", folder)
		}
		for _, v := range out.Versions {
			if strings.HasSuffix(aws.ToString(v.Key), "/") && aws.ToInt64(v.Size) == 0 {
				continue // a "folder" that a console made
			}
			o := meeting.Object{Bucket: b.name, Key: aws.ToString(v.Key), Version: aws.ToString(v.VersionId),
				Size: aws.ToInt64(v.Size), Time: aws.ToTime(v.LastModified)}
			found = append(found, o.Dated())
		}
		if !aws.ToBool(out.IsTruncated) {
			return found, "", nil
		}
		keyMarker, versionMarker = aws.ToString(out.NextKeyMarker), aws.ToString(out.NextVersionIdMarker)
	}
	return found, keyMarker + "\n" + versionMarker, nil
}

// Any reports whether there is an object version under a prefix.
func (b *Bucket) Any(ctx context.Context, prefix string) (bool, error) {
	in := &s3.ListObjectVersionsInput{Bucket: &b.name, Prefix: &prefix, MaxKeys: aws.Int32(1)}
	out, err := b.s3.ListObjectVersions(ctx, in)
	if err != nil {
		return false, wrap(err, "look for object versions")
	}
	return len(out.Versions) > 0, nil
}

// AllVersions lists every object version under a prefix, as Versions does.
func (b *Bucket) AllVersions(ctx context.Context, prefix string) ([]meeting.Object, error) {
	var all []meeting.Object
	for marker := ""; ; {
		some, next, err := b.Versions(ctx, prefix, marker, 1)
		if err != nil {
			return nil, err
		}
		if all = append(all, some...); next == "" {
			return all, nil
		}
		marker = next
	}
}

// ReadUnpacked reads one object version as Read does, and unpacks one that is gzipped. erased are the ids of people who
// were erased from it. Its original still names them.
func (b *Bucket) ReadUnpacked(ctx context.Context, o meeting.Object, limit int64) (data []byte, packed bool, erased []string, err error) {
	out, err := b.s3.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.name, Key: &o.Key, VersionId: version(o)})
	if err != nil {
		return nil, false, nil, wrap(err, "get object %s", o.ID())
	}
	defer out.Body.Close()
	if note := out.Metadata[erasedNote]; note != "" {
		erased = strings.Split(note, ",")
	}
	from := io.Reader(out.Body)
	if packed = aws.ToString(out.ContentEncoding) == "gzip"; packed {
		if from, err = gzip.NewReader(out.Body); err != nil {
			return nil, packed, nil, fmt.Errorf("unpack object %s: %w", o.ID(), err)
		}
	}
	data, err = io.ReadAll(io.LimitReader(from, limit+1))
	if err != nil {
		return nil, packed, nil, fmt.Errorf("read object %s: %w", o.ID(), err)
	}
	if int64(len(data)) > limit {
		return nil, packed, nil, fault.Reject("too-large", "object %s has over %d bytes", o.ID(), limit)
	}
	return data, packed, erased, nil
}

// Rewrite keeps the content of an object version from which somebody was erased, in place of the version. The erased are
// ids of people, and are noted at a text: its original still names them. It can be run again after it was cut off.
func (b *Bucket) Rewrite(ctx context.Context, o meeting.Object, data []byte, packed bool, erased ...string) error {
	if packed {
		var err error
		if data, err = pack(data); err != nil {
			return err
		}
	}
	in := &s3.PutObjectInput{Bucket: &b.name, Key: aws.String(o.Key), Body: bytes.NewReader(data)}
	if strings.HasPrefix(o.Key, Roster) || strings.HasPrefix(o.Key, Decisions) {
		in.Key = aws.String(o.RewrittenKey())
	}
	if path.Ext(o.Key) != ".csv" && path.Ext(o.Key) != ".yaml" {
		in.ContentType = aws.String("application/json")
	}
	if packed {
		in.ContentEncoding = aws.String("gzip")
	}
	if len(erased) > 0 {
		in.Metadata = map[string]string{erasedNote: strings.Join(erased, ",")}
	}
	if _, err := b.s3.PutObject(ctx, in); err != nil {
		return wrap(err, "rewrite object %s", o.ID())
	}
	return b.Delete(ctx, o)
}

func pack(data []byte) ([]byte, error) {
	var buf bytes.Buffer
	zw := gzip.NewWriter(&buf)
	_, err := zw.Write(data)
	if err = errors.Join(err, zw.Close()); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	return buf.Bytes(), nil
}

// erasedNote is the name of the note of people at a text, and of the note that a part was erased.
const erasedNote = "erased"

// RosterPair is a meeting.yaml and a participants.csv that were in force together.
type RosterPair struct {
	Meeting, Participants *meeting.Object // nil when there is none yet
	// Token names the pair; a later pair's token sorts after it.
	Token string
}

// Rewritten reports whether somebody was erased from one of the files.
func (p RosterPair) Rewritten() bool {
	for _, o := range []*meeting.Object{p.Meeting, p.Participants} {
		if o == nil {
			continue
		}
		if _, _, ok := o.Rewritten(); ok {
			return true
		}
	}
	return false
}

// RosterAsOf gives the newest roster files of a meeting that were there when o was put (S3 tells times in
// whole seconds, so the whole of that second counts). The answer depends on the bucket alone, so an event
// that comes late or twice loads nothing else than it did.
func (b *Bucket) RosterAsOf(ctx context.Context, meetingID string, o meeting.Object) (RosterPair, error) {
	all, err := b.AllVersions(ctx, RosterPrefix(meetingID))
	if err != nil {
		return RosterPair{}, err
	}
	second := o.Time.Unix()
	for _, v := range all {
		if v.Key == o.Key && v.Version == o.Version {
			second = v.Time.Unix() // the list's word is the same whichever way the event came
		}
	}
	return RosterAt(all, second), nil
}

// RosterOf gives the roster files that a token names. It fails with NotFound when one of them is not there any more.
func (b *Bucket) RosterOf(ctx context.Context, meetingID, token string) (RosterPair, error) {
	all, err := b.AllVersions(ctx, RosterPrefix(meetingID))
	if err != nil {
		return RosterPair{}, err
	}
	pair, err := InForce(all, token)
	if err != nil {
		return RosterPair{}, err
	}
	if pair.Meeting == nil || pair.Participants == nil {
		return RosterPair{}, fault.New(fault.NotFound, "the files of roster %s of meeting %s are gone", token, meetingID)
	}
	return pair, nil
}

// RosterAt gives the newest of a meeting's roster files that were there at a second.
func RosterAt(all []meeting.Object, second int64) RosterPair {
	var pair RosterPair
	count := 0
	for _, v := range Newest(all) {
		if v.Time.Unix() > second {
			continue
		}
		switch v.Name() {
		case "meeting.yaml":
			count++
			if pair.Meeting == nil {
				pair.Meeting = &v
			}
		case "participants.csv":
			count++
			if pair.Participants == nil {
				pair.Participants = &v
			}
		}
	}
	pair.Token = fmt.Sprintf("%012d-%06d", second, count)
	return pair
}

// InForce gives the roster files of a token, as far as they are still there.
func InForce(all []meeting.Object, token string) (RosterPair, error) {
	stamp, _, _ := strings.Cut(token, "-")
	second, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return RosterPair{}, fmt.Errorf("read roster token: %w", err)
	}
	pair := RosterAt(all, second)
	pair.Token = token
	return pair, nil
}

// Newest sorts the versions of a meeting's roster files by time, the newest first. Where a copy and the version for which
// it stands are both there, it gives one of them.
func Newest(all []meeting.Object) []meeting.Object {
	var found []meeting.Object
	seen := map[string]bool{}
	for _, o := range all {
		if !seen[o.ID()] {
			seen[o.ID()] = true
			found = append(found, o)
		}
	}
	slices.SortStableFunc(found, func(a, b meeting.Object) int {
		_, _, aCopy := a.Rewritten()
		_, _, bCopy := b.Rewritten()
		switch byTime := b.Time.Compare(a.Time); {
		case byTime != 0:
			return byTime
		case aCopy && !bCopy: // a copy is never in force
			return 1
		case bCopy && !aCopy:
			return -1
		}
		return 0
	})
	return found
}

// scanResult is the detail-type of GuardDuty's event after a scan, which EventBridge brings (Amazon GuardDuty User
// Guide, "Monitoring S3 object scans with Amazon EventBridge").
const scanResult = "GuardDuty Malware Protection Object Scan Result"

type scan struct {
	DetailType string `json:"detail-type"`
	Detail     struct {
		S3ObjectDetails struct {
			BucketName string `json:"bucketName"`
			ObjectKey  string `json:"objectKey"`
			VersionID  string `json:"versionId"`
		} `json:"s3ObjectDetails"`
	} `json:"detail"`
}

// Created reads the body of an S3 event notification and gives the object versions that it says were created; of
// GuardDuty's event that it has scanned one, that one, without its time and size. The s3:TestEvent that S3 sends when a
// notification is set gives none, other events of ours neither. Source: Amazon S3 User Guide, "Event message
// structure".
func Created(body []byte) ([]meeting.Object, error) {
	var n struct {
		events.S3Event
		Event string
		scan
	}
	if err := json.Unmarshal(body, &n); err != nil {
		return nil, fmt.Errorf("decode S3 notification: %w", err)
	}
	if n.DetailType == scanResult {
		d := n.Detail.S3ObjectDetails
		return []meeting.Object{{Bucket: d.BucketName, Key: d.ObjectKey, Version: d.VersionID}}, nil
	}
	if n.Records == nil && n.Event != "s3:TestEvent" {
		return nil, errors.New("decode S3 notification: neither records nor a test event")
	}
	var created []meeting.Object
	for _, r := range n.Records {
		if !strings.HasPrefix(r.EventName, "ObjectCreated:") {
			continue
		}
		// S3 writes a space as + and escapes the rest as in a query (same page).
		key, err := url.QueryUnescape(r.S3.Object.Key)
		if err != nil {
			return nil, fmt.Errorf("decode S3 notification: key: %w", err)
		}
		if strings.HasSuffix(key, "/") && r.S3.Object.Size == 0 {
			continue
		}
		o := meeting.Object{Bucket: r.S3.Bucket.Name, Key: key, Version: r.S3.Object.VersionID,
			Size: r.S3.Object.Size, Time: r.EventTime, Sequencer: r.S3.Object.Sequencer}
		created = append(created, o.Dated())
	}
	return created, nil
}

// Notification writes the event that S3 would have sent for an object version.
func Notification(o meeting.Object) ([]byte, error) {
	r := events.S3EventRecord{
		EventVersion: "2.1",
		EventSource:  "aws:s3",
		EventTime:    o.Time,
		EventName:    "ObjectCreated:Put",
	}
	r.S3.SchemaVersion = "1.0"
	r.S3.Bucket = events.S3Bucket{Name: o.Bucket, Arn: "arn:aws:s3:::" + o.Bucket}
	r.S3.Object = events.S3Object{
		Key:       url.QueryEscape(o.Key),
		Size:      o.Size,
		VersionID: o.Version,
		Sequencer: o.Sequencer,
	}
	return json.Marshal(events.S3Event{Records: []events.S3EventRecord{r}})
}

// InOrder sorts object versions by time. S3 lists times in whole seconds: versions of one key in one second are
// spread over it in the order in which S3 lists them, so that their order is kept.
func InOrder(list []meeting.Object) []meeting.Object {
	type slot struct {
		key    string
		second int64
	}
	groups := map[slot][]int{}
	for i, o := range list {
		if o.Time.Nanosecond() == 0 {
			s := slot{o.Key, o.Time.Unix()}
			groups[s] = append(groups[s], i)
		}
	}
	out := slices.Clone(list)
	for _, members := range groups {
		n := len(members)
		for rank, i := range members { // newest first
			out[i].Time = out[i].Time.Add((time.Second * time.Duration(n-1-rank)) / time.Duration(n))
		}
	}
	slices.SortStableFunc(out, func(a, b meeting.Object) int { return a.Time.Compare(b.Time) })
	return out
}
