// Reads Parquet files as Milvus does, column by column in batches, with the Go library that Milvus uses, and prints a
// line of JSON a file: {"path": ..., "rows": [{...}, ...]}, or "refusal" and the error in place of the rows.
//
//	read_parquet FILE...
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

const rowsPerBatch = 100 // fewer than most files have: lists must go on across batches

func appendText(out []byte, text string) []byte {
	quoted, _ := json.Marshal(text) // of a string there is no error
	return append(out, quoted...)
}

// A value as JSON, whole numbers and floats with all their digits.
func appendValue(out []byte, values arrow.Array, at int) ([]byte, error) {
	if values.IsNull(at) {
		return append(out, "null"...), nil
	}
	var err error
	switch v := values.(type) {
	case *array.Boolean:
		return strconv.AppendBool(out, v.Value(at)), nil
	case *array.Int8:
		return strconv.AppendInt(out, int64(v.Value(at)), 10), nil
	case *array.Int16:
		return strconv.AppendInt(out, int64(v.Value(at)), 10), nil
	case *array.Int32:
		return strconv.AppendInt(out, int64(v.Value(at)), 10), nil
	case *array.Int64:
		return strconv.AppendInt(out, v.Value(at), 10), nil
	case *array.Uint8:
		return strconv.AppendUint(out, uint64(v.Value(at)), 10), nil
	case *array.Float32:
		return strconv.AppendFloat(out, float64(v.Value(at)), 'e', -1, 32), nil
	case *array.Float64:
		return strconv.AppendFloat(out, v.Value(at), 'e', -1, 64), nil
	case *array.String:
		return appendText(out, v.Value(at)), nil
	case *array.List:
		begin, end := v.ValueOffsets(at)
		out = append(out, '[')
		for i := begin; i < end && err == nil; i++ {
			if i > begin {
				out = append(out, ',')
			}
			out, err = appendValue(out, v.ListValues(), int(i))
		}
		return append(out, ']'), err
	case *array.Struct:
		out = append(out, '{')
		for i := 0; i < v.NumField() && err == nil; i++ {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(appendText(out, v.DataType().(*arrow.StructType).Field(i).Name), ':')
			out, err = appendValue(out, v.Field(i), at)
		}
		return append(out, '}'), err
	}
	return out, fmt.Errorf("no value of a bulk file is of the type %s", values.DataType())
}

// The values of a column, a text a row.
func readColumn(column *pqarrow.ColumnReader, rows int64) ([]string, error) {
	var cells []string
	for int64(len(cells)) < rows {
		batch, err := column.NextBatch(rowsPerBatch)
		if err != nil {
			return nil, err
		}
		if batch.Len() == 0 {
			return nil, fmt.Errorf("a column ends after %d rows of %d", len(cells), rows)
		}
		for _, chunk := range batch.Chunks() {
			for at := 0; at < chunk.Len(); at++ {
				text, err := appendValue(nil, chunk, at)
				if err != nil {
					return nil, err
				}
				cells = append(cells, string(text))
			}
		}
	}
	return cells, nil
}

func readFile(path string) (rows []byte, err error) {
	defer func() { // the library panics on some broken files
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v", cause)
		}
	}()
	parquet, err := file.OpenParquetFile(path, false)
	if err != nil {
		return nil, err
	}
	defer parquet.Close()
	reader, err := pqarrow.NewFileReader(parquet, pqarrow.ArrowReadProperties{BatchSize: rowsPerBatch}, memory.DefaultAllocator)
	if err != nil {
		return nil, err
	}
	schema, err := reader.Schema()
	if err != nil {
		return nil, err
	}
	columns := make([][]string, schema.NumFields())
	for i := range columns {
		column, err := reader.GetColumn(context.Background(), i)
		if err != nil {
			return nil, err
		}
		if columns[i], err = readColumn(column, parquet.NumRows()); err != nil {
			return nil, fmt.Errorf("%s: %w", schema.Field(i).Name, err)
		}
	}

	rows = append(rows, '[')
	for at := range int(parquet.NumRows()) {
		if at > 0 {
			rows = append(rows, ',')
		}
		rows = append(rows, '{')
		for i, field := range schema.Fields() {
			if i > 0 {
				rows = append(rows, ',')
			}
			rows = append(append(appendText(rows, field.Name), ':'), columns[i][at]...)
		}
		rows = append(rows, '}')
	}
	return append(rows, ']'), nil
}

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for _, path := range os.Args[1:] {
		line := appendText([]byte(`{"path":`), path)
		if rows, err := readFile(path); err != nil {
			line = appendText(append(line, `,"refusal":`...), err.Error())
		} else {
			line = append(append(line, `,"rows":`...), rows...)
		}
		if _, err := out.Write(append(line, '}', '\n')); err != nil {
			panic(err)
		}
	}
}
