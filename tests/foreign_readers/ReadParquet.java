// Reads Parquet files with parquet-java and prints a line of JSON a file: {"path": ..., "rows": [{...}, ...]}, or
// "refusal" and the error in place of the rows.
//
//   java -cp 'LIBRARIES/*' ReadParquet.java FILE...

import java.io.BufferedOutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

class ReadParquet {
  private static void appendText(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); ++i) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') out.append('\\').append(c);
      else if (c < 0x20) out.append(String.format("\\u%04x", (int) c));
      else out.append(c);
    }
    out.append('"');
  }

  // Strict: bytes that are not UTF-8 are an error.
  private static String decode(ByteBuffer bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
  }

  private static void appendPrimitive(StringBuilder out, Group group, int field, int at) throws CharacterCodingException {
    var type = group.getType().getType(field).asPrimitiveType();
    var annotation = type.getLogicalTypeAnnotation();
    boolean integer = annotation == null || annotation instanceof IntLogicalTypeAnnotation;
    switch (type.getPrimitiveTypeName()) {
      case BOOLEAN: out.append(group.getBoolean(field, at)); return;
      case FLOAT: out.append(group.getFloat(field, at)); return;
      case DOUBLE: out.append(group.getDouble(field, at)); return;
      case INT32:
        if (integer) {
          int value = group.getInteger(field, at);
          boolean signed = annotation == null || ((IntLogicalTypeAnnotation) annotation).isSigned();
          out.append(signed ? Integer.toString(value) : Integer.toUnsignedString(value));
          return;
        }
        break;
      case INT64:
        if (annotation == null) {
          out.append(group.getLong(field, at));
          return;
        }
        break;
      case BINARY:
        if (LogicalTypeAnnotation.stringType().equals(annotation)) {
          appendText(out, decode(group.getBinary(field, at).toByteBuffer()));
          return;
        }
        break;
      default: break;
    }
    throw new IllegalArgumentException("no value of a bulk file is of the type " + type);
  }

  // An optional or required field, whose value is there or null.
  private static void appendField(StringBuilder out, Group group, int field) throws CharacterCodingException {
    Type type = group.getType().getType(field);
    int count = group.getFieldRepetitionCount(field);
    if (type.isRepetition(Type.Repetition.REPEATED)) throw new IllegalArgumentException("a repeated field outside of a list: " + type);
    if (count == 0) out.append("null");
    else if (type.isPrimitive()) appendPrimitive(out, group, field, 0);
    else if (LogicalTypeAnnotation.listType().equals(type.getLogicalTypeAnnotation())) appendList(out, group.getGroup(field, 0));
    else appendStruct(out, group.getGroup(field, 0));
  }

  private static void appendList(StringBuilder out, Group list) throws CharacterCodingException {
    GroupType type = list.getType();
    if (type.getFieldCount() != 1 || !type.getType(0).isRepetition(Type.Repetition.REPEATED)
        || type.getType(0).asGroupType().getFieldCount() != 1)
      throw new IllegalArgumentException("not a list of three levels: " + type);
    out.append('[');
    for (int at = 0; at < list.getFieldRepetitionCount(0); ++at) {
      if (at > 0) out.append(',');
      appendField(out, list.getGroup(0, at), 0);
    }
    out.append(']');
  }

  private static void appendStruct(StringBuilder out, Group group) throws CharacterCodingException {
    out.append('{');
    for (int field = 0; field < group.getType().getFieldCount(); ++field) {
      if (field > 0) out.append(',');
      appendText(out, group.getType().getFieldName(field));
      out.append(':');
      appendField(out, group, field);
    }
    out.append('}');
  }

  private static void appendRows(StringBuilder out, Path path) throws Exception {
    var options = ParquetReadOptions.builder(new PlainParquetConfiguration()).usePageChecksumVerification().build();
    try (var file = ParquetFileReader.open(new LocalInputFile(path), options)) {
      MessageType schema = file.getFileMetaData().getSchema();
      var columns = new ColumnIOFactory(file.getFileMetaData().getCreatedBy()).getColumnIO(schema);
      out.append('[');
      boolean first = true;
      for (PageReadStore rowGroup; (rowGroup = file.readNextRowGroup()) != null;) {
        RecordReader<Group> records = columns.getRecordReader(rowGroup, new GroupRecordConverter(schema));
        for (long row = 0; row < rowGroup.getRowCount(); ++row) {
          if (!first) out.append(',');
          first = false;
          appendStruct(out, records.read());
        }
      }
      out.append(']');
    }
  }

  public static void main(String[] paths) {
    var stdout = new PrintStream(new BufferedOutputStream(System.out, 1 << 20), false, StandardCharsets.UTF_8);
    for (String path : paths) {
      var line = new StringBuilder("{\"path\":");
      appendText(line, path);
      int head = line.length();
      try {
        line.append(",\"rows\":");
        appendRows(line, Path.of(path));
      } catch (Exception problem) { // of a broken file also such as no method declares
        line.setLength(head);
        line.append(",\"refusal\":");
        appendText(line, problem.toString());
      }
      stdout.println(line.append('}'));
    }
    stdout.flush();
    if (stdout.checkError()) System.exit(1);
  }
}
