package recorded

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// Server has the shape of the chat API that internal/chat asks, and answers with recorded readings. One paper is asked
// about at a time.
type Server struct {
	// URL is the address that internal/chat is given.
	URL      string
	readings map[string]Reading
	skill    Skill
	server   *http.Server

	mu    sync.Mutex
	paper string
	asked int
}

// Serve starts a Server on a free port of this machine. Close stops it.
func Serve(readings map[string]Reading, s Skill) (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	r := &Server{URL: "http://" + l.Addr().String() + "/v1", readings: readings, skill: s}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/chat/completions", r.complete)
	r.server = &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	go func() { _ = r.server.Serve(l) }()
	return r, nil
}

// Close stops the server.
func (r *Server) Close() error { return r.server.Close() }

// Now says which paper is asked about from here on.
func (r *Server) Now(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.paper = id
}

// Asked is how often an answer was given.
func (r *Server) Asked() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.asked
}

var errNoReading = errors.New("there is no reading of this paper")

func (r *Server) answer(user string) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	reading, ok := r.readings[r.paper]
	if !ok {
		return nil, errNoReading
	}
	r.asked++
	return reading.Answer(user, r.skill)
}

func (r *Server) complete(w http.ResponseWriter, request *http.Request) {
	var in struct {
		Messages []struct{ Role, Content string }
	}
	if err := json.NewDecoder(request.Body).Decode(&in); err != nil || len(in.Messages) == 0 {
		http.Error(w, "no messages", http.StatusBadRequest)
		return
	}
	said, err := r.answer(in.Messages[len(in.Messages)-1].Content)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	type message struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"object":  "chat.completion",
		"choices": []map[string]any{{"index": 0, "message": message{"assistant", string(said)}, "finish_reason": "stop"}},
		"usage":   map[string]int{"prompt_tokens": 0, "completion_tokens": 0},
	})
}
