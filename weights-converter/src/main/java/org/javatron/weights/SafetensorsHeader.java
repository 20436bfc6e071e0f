package org.javatron.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The header of a safetensors file, read and checked. */
record SafetensorsHeader(Map<String, TensorInfo> tensors, Map<String, String> metadata) {
  /** The format's own bound; a longer claim is a broken or hostile file. */
  static final long MAX_BYTES = 100_000_000;

  static SafetensorsHeader read(MappedFile file) throws IOException {
    if (file.size() < 8) {
      throw new WeightFormatException(
          file.path(),
          "not a safetensors file: it has "
              + file.size()
              + " bytes, the header's length alone takes 8");
    }
    ByteBuffer word = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    file.read(0, word);
    long length = word.getLong(0);
    if (length < 2 || length > MAX_BYTES) {
      throw new WeightFormatException(
          file.path(),
          "not a safetensors file: its first 8 bytes give the header's length as "
              + Long.toUnsignedString(length)
              + ", expected 2 to "
              + MAX_BYTES);
    }
    if (length > file.size() - 8) {
      throw new WeightFormatException(
          file.path(),
          "truncated: the header should be "
              + length
              + " bytes long, but the file has "
              + file.size());
    }
    ByteBuffer text = ByteBuffer.allocate((int) length);
    file.read(8, text);
    return new Parser(file, 8 + length).parse(text.array());
  }

  /** Turns the JSON into tensors, knowing the file and where its data begins. */
  private record Parser(MappedFile file, long dataBegin) {
    SafetensorsHeader parse(byte[] text) throws IOException {
      JsonNode root;
      try {
        root = Json.STRICT.readTree(text);
      } catch (JsonProcessingException e) {
        throw new WeightFormatException(
            file.path(), "the header is not valid JSON: " + Json.problem(e), e);
      }
      if (text[0] != '{' || !root.isObject()) {
        throw new WeightFormatException(file.path(), "the header is not a JSON object");
      }
      Map<String, TensorInfo> tensors = new LinkedHashMap<>();
      Map<String, String> metadata = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> entry : root.properties()) {
        if (entry.getKey().equals("__metadata__")) {
          for (Map.Entry<String, JsonNode> note : entry.getValue().properties()) {
            metadata.put(note.getKey(), note.getValue().asText());
          }
        } else if (!TensorNames.printable(entry.getKey())) {
          throw new WeightFormatException(
              file.path(), "a tensor's name has control characters in it");
        } else {
          tensors.put(entry.getKey(), tensor(entry.getKey(), entry.getValue()));
        }
      }
      List<TensorInfo> ordered = checkCover(tensors);
      tensors.clear();
      ordered.forEach(tensor -> tensors.put(tensor.name(), tensor));
      return new SafetensorsHeader(
          Collections.unmodifiableMap(tensors), Collections.unmodifiableMap(metadata));
    }

    private TensorInfo tensor(String name, JsonNode node) throws WeightFormatException {
      Dtype dtype = dtype(name, node.path("dtype"));
      long[] shape = longs(name, "shape", node.path("shape"));
      long[] range = longs(name, "data_offsets", node.path("data_offsets"));
      long data = file.size() - dataBegin;
      if (range.length != 2 || range[0] > range[1]) {
        throw error(name, "data_offsets should be [begin, end], found " + node.get("data_offsets"));
      }
      if (range[1] > data) {
        throw error(
            name,
            String.format(
                Locale.ROOT,
                "its data should end at byte %d of the data, but the file has only %d (truncated?)",
                range[1],
                data));
      }
      long expected = TensorInfo.byteCount(shape, dtype.bytes());
      if (expected != range[1] - range[0]) {
        throw error(
            name,
            String.format(
                Locale.ROOT,
                "%s of shape %s takes %s bytes, but its range holds %d",
                dtype,
                node.get("shape"),
                expected < 0 ? "more than 2^63" : expected,
                range[1] - range[0]));
      }
      return new TensorInfo(name, dtype, shape, dataBegin + range[0], expected);
    }

    private Dtype dtype(String name, JsonNode node) throws WeightFormatException {
      for (Dtype dtype : Dtype.values()) {
        if (dtype.name().equals(node.asText())) {
          return dtype;
        }
      }
      throw error(name, "unknown dtype " + (node.isMissingNode() ? "(none given)" : node));
    }

    private long[] longs(String name, String field, JsonNode node) throws WeightFormatException {
      if (!node.isArray()) {
        throw error(name, field + " should be a list of numbers, found " + node);
      }
      long[] numbers = new long[node.size()];
      for (int i = 0; i < numbers.length; i++) {
        JsonNode number = node.get(i);
        if (!number.isIntegralNumber() || !number.canConvertToLong() || number.longValue() < 0) {
          throw error(name, field + " should hold numbers from 0 to 2^63, found " + node);
        }
        numbers[i] = number.longValue();
      }
      return numbers;
    }

    /** Each tensor must begin where the one before ends, and the last must end the file. */
    private List<TensorInfo> checkCover(Map<String, TensorInfo> tensors)
        throws WeightFormatException {
      List<TensorInfo> ordered = new ArrayList<>(tensors.values());
      ordered.sort(
          Comparator.comparingLong(TensorInfo::offset).thenComparingLong(TensorInfo::byteCount));
      long end = dataBegin;
      String before = "the header";
      for (TensorInfo tensor : ordered) {
        if (tensor.offset() != end) {
          String how = tensor.offset() < end ? "overlaps" : "leaves a hole after";
          throw error(
              tensor.name(),
              String.format(
                  Locale.ROOT,
                  "it %s %s: expected to begin at byte %d of the data, found %d",
                  how,
                  before,
                  end - dataBegin,
                  tensor.offset() - dataBegin));
        }
        end += tensor.byteCount();
        before = "tensor " + tensor.name();
      }
      if (end != file.size()) {
        throw new WeightFormatException(
            file.path(),
            String.format(
                Locale.ROOT,
                "%d bytes after the last tensor belong to none (the file has %d bytes, expected %d)",
                file.size() - end,
                file.size(),
                end));
      }
      return ordered;
    }

    private WeightFormatException error(String tensor, String problem) {
      return new WeightFormatException(file.path(), "tensor " + tensor + ": " + problem);
    }
  }
}
