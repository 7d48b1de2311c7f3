package evaluate

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"dossier/internal/bucket"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// pause is how long to wait before the table is asked again.
const pause = 20 * time.Millisecond

// drop uploads a paper's file and returns its document once the upload has ended.
func (e *evaluation) drop(ctx context.Context, set *set, p paper) (*meeting.Document, error) {
	data, err := os.ReadFile(filepath.Join(set.dir, "files", p.Path))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", p.File, err)
	}
	o, err := e.uploads.Put(ctx, bucket.Incoming+p.Meeting+"/drop/"+p.File, data)
	if err != nil {
		return nil, err
	}
	limit := time.NewTimer(e.limit)
	defer limit.Stop()
	for {
		d, err := e.records.Document(ctx, o.ID())
		if err == nil {
			return d, nil
		}
		if !fault.Is(err, fault.NotFound) {
			return nil, fmt.Errorf("wait for %s: %w", p.File, err)
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for %s: %w", p.File, context.Cause(ctx))
		case <-limit.C:
			return nil, fmt.Errorf("%s (%s) has not ended within %v", p.File, p.Path, e.limit)
		case <-time.After(pause):
		}
	}
}
