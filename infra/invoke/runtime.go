package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"time"
)

// timeout is how long a function may take.
const timeout = time.Minute

// invoke starts the binary with a Runtime API of its own, gives it one event and takes its answer
// (AWS Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes").
func invoke(ctx context.Context, binary string, env []string, event []byte) (answer []byte, failed bool, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, false, fmt.Errorf("listen: %w", err)
	}
	type result struct {
		body   []byte
		failed bool
	}
	done := make(chan result, 1)
	events := make(chan []byte, 1)
	events <- event
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", func(w http.ResponseWriter, r *http.Request) {
		select {
		case e := <-events:
			h := w.Header()
			h.Set("Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
			h.Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(timeout).UnixMilli()))
			h.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-1:123456789012:function:dossier")
			_, _ = w.Write(e) // a function that died is seen by its exit
		case <-r.Context().Done(): // there is no second event
		}
	})
	take := func(failed bool) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				body, failed = []byte(err.Error()), true
			}
			w.WriteHeader(http.StatusAccepted)
			done <- result{body, failed}
		}
	}
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", take(false))
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", take(true))
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", take(true))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go server.Serve(l)
	defer server.Close()

	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary)
	cmd.Env = append(env, "AWS_LAMBDA_RUNTIME_API="+l.Addr().String(), "AWS_LAMBDA_FUNCTION_NAME=dossier", "AWS_LAMBDA_LOG_FORMAT=JSON")
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, false, fmt.Errorf("start %s: %w", binary, err)
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	select {
	case r := <-done:
		cancel()
		<-exited
		return r.body, r.failed, nil
	case err := <-exited:
		return nil, true, errors.Join(fmt.Errorf("%s ended without an answer", binary), err)
	}
}
