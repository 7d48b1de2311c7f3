// Package heif decodes photographs as phones send them (HEIF with HEVC, ISO/IEC 23008-12) by libheif and libde265,
// compiled to WebAssembly: they run in a sandbox with a limit on memory, and a context stops them.
package heif

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed" // the decoder
	"errors"
	"fmt"
	"image"
	"io"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"dossier/internal/extract/content"
)

// compiled is libheif 1.18.2 with libde265 1.0.15, as github.com/gen2brain/heic v0.4.5 compiles them. Its Go code is not
// used: it looks for a library of the system, and has neither a limit nor a context. The three licences lie beside it.
//
//go:embed heif.wasm.gz
var compiled []byte

// Memory is how many bytes one picture may take in the sandbox.
const Memory = 512 << 20

// Decoder decodes pictures, several at once. It starts with the first of them. The zero value is ready to use.
type Decoder struct {
	mu      sync.Mutex
	runtime wazero.Runtime
	module  wazero.CompiledModule
}

// ready compiles the decoder, once.
func (d *Decoder) ready(ctx context.Context) (wazero.Runtime, wazero.CompiledModule, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.module != nil {
		return d.runtime, d.module, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(compiled))
	if err != nil {
		return nil, nil, fmt.Errorf("unpack the decoder: %w", err)
	}
	code, err := io.ReadAll(z)
	if err != nil {
		return nil, nil, fmt.Errorf("unpack the decoder: %w", err)
	}
	const page = 64 << 10 // of WebAssembly
	own := context.WithoutCancel(ctx)
	config := wazero.NewRuntimeConfig().WithCloseOnContextDone(true).WithMemoryLimitPages(Memory / page)
	r := wazero.NewRuntimeWithConfig(own, config)
	if _, err := wasi_snapshot_preview1.Instantiate(own, r); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("start the decoder: %w", err), r.Close(own))
	}
	m, err := r.CompileModule(own, code)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("compile the decoder: %w", err), r.Close(own))
	}
	d.runtime, d.module = r, m
	return r, m, nil
}

// Config gives the size of a picture as it is seen, turned upright.
func (d *Decoder) Config(ctx context.Context, data []byte) (c image.Config, err error) {
	err = d.with(ctx, data, func(s *sandbox) error {
		h, err := s.header()
		c = image.Config{Width: h.width, Height: h.height}
		return err
	})
	return c, err
}

// Decode gives a picture as it is seen, turned upright, without its colours where it has its brightness apart from them.
func (d *Decoder) Decode(ctx context.Context, data []byte) (picture image.Image, err error) {
	err = d.with(ctx, data, func(s *sandbox) error {
		picture, err = s.decode()
		return err
	})
	return picture, err
}

// with runs f with an instance of its own, which holds a file. A picture that harms the instance is broken.
func (d *Decoder) with(ctx context.Context, data []byte, f func(*sandbox) error) error {
	r, m, err := d.ready(ctx)
	if err != nil {
		return err
	}
	instance, err := r.InstantiateModule(ctx, m, wazero.NewModuleConfig().WithName(""))
	if err != nil {
		return fmt.Errorf("instantiate the decoder: %w", err)
	}
	defer instance.Close(context.WithoutCancel(ctx))
	s := &sandbox{ctx: ctx, module: instance}
	if s.data, err = s.put(data); err == nil {
		s.size = uint64(len(data))
		err = f(s)
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return content.Broken("HEIF: %w", err)
	}
	return nil
}

// sandbox is an instance of the decoder with a file at an address.
type sandbox struct {
	ctx        context.Context
	module     api.Module
	data, size uint64
}

var errMemory = errors.New("an address is outside of the memory")

// alloc takes memory in the sandbox.
func (s *sandbox) alloc(size int) (uint64, error) {
	out, err := s.module.ExportedFunction("malloc").Call(s.ctx, uint64(size))
	if err != nil {
		return 0, err
	}
	if out[0] == 0 {
		return 0, errMemory
	}
	return out[0], nil
}

// put copies a file into the sandbox.
func (s *sandbox) put(data []byte) (uint64, error) {
	at, err := s.alloc(len(data))
	if err == nil && !s.module.Memory().Write(uint32(at), data) {
		err = errMemory
	}
	return at, err
}

// header is what the decoder says of a picture.
type header struct{ width, height, colours, chroma int }

// The kinds of colours, and how many numbers the decoder gives: the header, and whether colours are multiplied.
const (
	yCbCr   = 0
	rgb     = 1
	grey    = 2
	halves  = 1 // the chroma has half the width and the height
	numbers = 5
)

// header reads the header of the picture.
func (s *sandbox) header() (header, error) {
	at, err := s.alloc(4 * numbers)
	if err != nil {
		return header{}, err
	}
	return s.call(at, true, 0)
}

// call has the picture decoded into memory, or its header alone. The header is written at an address.
func (s *sandbox) call(at uint64, only bool, out uint64) (header, error) {
	flag := uint64(0)
	if only {
		flag = 1
	}
	done, err := s.module.ExportedFunction("decode").Call(s.ctx, s.data, s.size, flag, at, at+4, at+8, at+12, at+16, out)
	if err != nil {
		return header{}, err
	}
	if done[0] == 0 {
		return header{}, errors.New("it cannot be decoded")
	}
	var h header
	for i, to := range []*int{&h.width, &h.height, &h.colours, &h.chroma} {
		v, ok := s.module.Memory().ReadUint32Le(uint32(at) + uint32(4*i))
		if !ok {
			return header{}, errMemory
		}
		*to = int(int32(v))
	}
	return h, nil
}

// decode decodes the picture: its rows begin at multiples of 16, and its colours come behind its brightness.
func (s *sandbox) decode() (image.Image, error) {
	at, err := s.alloc(4 * numbers)
	if err != nil {
		return nil, err
	}
	h, err := s.call(at, true, 0)
	if err != nil {
		return nil, err
	}
	const most = 1 << 15 // pixels a side
	if h.width <= 0 || h.height <= 0 || h.width > most || h.height > most {
		return nil, fmt.Errorf("%d by %d pixels", h.width, h.height)
	}
	row := func(bytes int) int { return (bytes + 15) &^ 15 }
	stride, size := row(h.width), 0
	switch h.colours {
	case yCbCr:
		size = 3 * stride * h.height
		if h.chroma == halves {
			size = stride*h.height + 2*row((h.width+1)/2)*((h.height+1)/2)
		}
	case grey:
		size = stride * h.height
	case rgb:
		stride = row(4 * h.width)
		size = stride * h.height
	default:
		return nil, fmt.Errorf("colours of kind %d", h.colours)
	}
	out, err := s.alloc(size)
	if err != nil {
		return nil, err
	}
	if _, err := s.call(at, false, out); err != nil {
		return nil, err
	}
	seen, ok := s.module.Memory().Read(uint32(out), uint32(stride*h.height))
	if !ok {
		return nil, errMemory
	}
	pixels := bytes.Clone(seen) // the sandbox is about to be closed
	rect := image.Rect(0, 0, h.width, h.height)
	if h.colours == rgb {
		return &image.NRGBA{Pix: pixels, Stride: stride, Rect: rect}, nil
	}
	return &image.Gray{Pix: pixels, Stride: stride, Rect: rect}, nil
}
