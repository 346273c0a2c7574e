// An event stream that clients can resume from, with the standard library: GET /prices reads it, POST /prices publishes.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"math/rand"
	"net"
	"net/http"
	"os"
	"os/signal"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	origin      = "https://app.example.com" // another origin, whose pages may read the stream
	maxMessages = 1_000                     // that the log keeps
	maxBatch    = 100                       // messages that a reader is given at once
	retryMs     = 1_000                     // after which clients reconnect
	spreadMs    = 10_000                    // over which they return after a deploy
	heartbeat   = 8 * time.Second           // of silence
	stall       = 30 * time.Second          // for which a client may take nothing
)

// Log has the newest messages of this process. An id is <epoch>-<n>. A restart is a new epoch, so no id names two messages.
type Log struct {
	mutex    sync.Mutex
	epoch    int64
	last     int64 // number of the newest message
	messages []string
	changed  chan struct{} // closed by the next message
}

// Gap has the messages that a client cannot be sent any more. To is nil if their number is unknown.
type Gap struct {
	From string  `json:"from"`
	To   *string `json:"to"`
}

func newLog() *Log {
	return &Log{epoch: time.Now().UnixMicro(), changed: make(chan struct{})}
}

func (l *Log) id(n int64) string { return fmt.Sprintf("%d-%d", l.epoch, n) }

// first returns the number before the oldest message that is kept.
func (l *Log) first() int64 { return l.last - int64(len(l.messages)) }

func (l *Log) append(event string, data []byte) string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.last++
	id := l.id(l.last)
	// Compact JSON has no line break. Text with several lines needs a data: line for each of them.
	l.messages = append(l.messages, fmt.Sprintf("event: %s\ndata: %s\nid: %s\n\n", event, data, id))
	if len(l.messages) > maxMessages {
		l.messages[0] = "" // append moves the rest into a new array now and then, without this one
		l.messages = l.messages[1:]
	}
	close(l.changed)
	l.changed = make(chan struct{})
	return id
}

var idPattern = regexp.MustCompile(`^([0-9]{1,16})-([0-9]{1,16})$`)

// locate returns the number to begin after, and the gap before it: nil if nothing is missing.
func (l *Log) locate(lastEventID string) (int64, *Gap) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if lastEventID == "" {
		return l.last, nil
	}
	if match := idPattern.FindStringSubmatch(lastEventID); match != nil {
		epoch, _ := strconv.ParseInt(match[1], 10, 64)
		n, _ := strconv.ParseInt(match[2], 10, 64)
		if epoch == l.epoch && n <= l.last {
			return l.catchUp(n)
		}
	}
	return l.first(), &Gap{From: lastEventID}
}

func (l *Log) catchUp(n int64) (int64, *Gap) {
	first := l.first()
	if n >= first {
		return n, nil
	}
	to := l.id(first)
	return first, &Gap{From: l.id(n), To: &to}
}

// next returns what a reader is to be sent after a number, the number after that, and the channel that tells of more.
func (l *Log) next(n int64) (string, int64, <-chan struct{}) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	var text strings.Builder
	// The log may have forgotten what a slow reader has not taken.
	n, gap := l.catchUp(n)
	if gap != nil {
		text.WriteString(l.gapEvent(gap, n))
	}
	batch := l.messages[n-l.first():]
	if len(batch) > maxBatch {
		batch = batch[:maxBatch]
	}
	for _, message := range batch {
		text.WriteString(message)
	}
	return text.String(), n + int64(len(batch)), l.changed
}

func (l *Log) gapEvent(gap *Gap, n int64) string {
	data, _ := json.Marshal(gap)
	return fmt.Sprintf("event: headwater.gap\ndata: %s\nid: %s\n\n", data, l.id(n))
}

type server struct {
	log     *Log
	readers atomic.Int64
	closing chan struct{}
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Vary", "Origin")
	if r.Header.Get("Origin") == origin {
		w.Header().Set("Access-Control-Allow-Origin", origin)
	}
	switch r.Method {
	case http.MethodGet:
		s.read(w, r)
	case http.MethodPost:
		s.publish(w, r)
	case http.MethodOptions:
		// A reconnect is preflighted although the first request was not: Last-Event-ID is not CORS-safelisted.
		w.Header().Set("Access-Control-Allow-Methods", "GET, POST")
		w.Header().Set("Access-Control-Allow-Headers", "Last-Event-ID, Content-Type")
		w.Header().Set("Access-Control-Max-Age", "7200")
		w.WriteHeader(http.StatusNoContent)
	default:
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

func (s *server) read(w http.ResponseWriter, r *http.Request) {
	select {
	case <-s.closing:
		w.Header().Set("Retry-After", strconv.Itoa(1+rand.Intn(5)))
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	default:
	}
	lastEventID := r.Header.Get("Last-Event-ID")
	if lastEventID == "" {
		lastEventID = r.URL.Query().Get("last_event_id")
	}
	n, gap := s.log.locate(lastEventID)
	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store, no-transform")
	header.Set("X-Accel-Buffering", "no")
	if lastEventID != "" {
		header.Set("SSE-Resume", "complete")
		if gap != nil {
			header.Set("SSE-Resume", "gap")
		}
		header.Set("Access-Control-Expose-Headers", "SSE-Resume")
	}
	s.readers.Add(1)
	defer s.readers.Add(-1)

	connection := r.Context().Value(connectionKey{}).(net.Conn)
	send := func(text string) bool {
		// A write waits while the buffers are full. The reader has no queue of its own: it is a number in the log.
		connection.SetWriteDeadline(time.Now().Add(stall))
		_, err := w.Write([]byte(text))
		w.(http.Flusher).Flush()
		return err == nil
	}
	// A client that has missed something keeps its position until it is told.
	text := fmt.Sprintf("retry: %d\nid: %s\n\n", retryMs, s.log.id(n))
	if gap != nil {
		text = fmt.Sprintf("retry: %d\n\n%s", retryMs, s.log.gapEvent(gap, n))
	}
	for send(text) {
		var changed <-chan struct{}
		if text, n, changed = s.log.next(n); text != "" {
			continue
		}
		timer := time.NewTimer(heartbeat)
		select {
		case <-changed:
			text, n, _ = s.log.next(n)
		case <-timer.C:
			text = ":\n\n"
		case <-r.Context().Done():
			timer.Stop()
			return
		case <-s.closing:
			send(fmt.Sprintf("retry: %d\nid: %s\n\n", rand.Intn(spreadMs), s.log.id(n)))
			timer.Stop()
			return
		}
		timer.Stop()
	}
}

func (s *server) publish(w http.ResponseWriter, r *http.Request) {
	var price struct {
		Symbol string  `json:"symbol"`
		Price  float64 `json:"price"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 65_536)).Decode(&price); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	data, _ := json.Marshal(price)
	id := s.log.append("price", data)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	json.NewEncoder(w).Encode(map[string]any{"id": id, "readers": s.readers.Load()})
}

type connectionKey struct{}

func main() {
	rand.Seed(time.Now().UnixNano())
	port := os.Getenv("PORT")
	if port == "" {
		port = "8080"
	}
	handler := &server{log: newLog(), closing: make(chan struct{})}
	mux := http.NewServeMux()
	mux.Handle("/prices", handler)
	server := &http.Server{
		Addr:    "127.0.0.1:" + port,
		Handler: mux,
		ConnContext: func(ctx context.Context, connection net.Conn) context.Context {
			return context.WithValue(ctx, connectionKey{}, connection)
		},
	}
	stopped := make(chan struct{})
	go func() {
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, syscall.SIGTERM)
		<-signals
		close(handler.closing)
		server.Shutdown(context.Background())
		close(stopped)
	}()
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		log.Fatal(err)
	}
	<-stopped
}
