package org.javatron.data;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongFunction;
import org.javatron.io.InputException;
import org.javatron.io.Progress;

/**
 * The passages of a corpus, or its queries, by id, without holding them: the texts and the index of
 * their ids lie in two temporary files that the system caches as it sees fit.
 *
 * <p>The corpus, in any form that {@link CorpusReader} reads (gzip-compressed too), is read once
 * and its records copied one after another into the first file. The second is a hash table of
 * places in the first. Both files have no name on Linux from the moment they are opened, so nothing
 * of them is left behind however the process ends.
 *
 * <p>Disk: the size of the corpus, uncompressed, and 16 to 32 bytes a record. Heap: nothing that
 * grows with the corpus. Getting a record is one read for most ids. Thread-safe once it is open.
 */
public final class TextStore implements Closeable {
  private static final int NO_TITLE = 0;
  private static final int TITLE = 1;
  private static final int TOKENS = 2;

  /** Kind, and the bytes of id, title and text. */
  private static final int HEADER = 1 + 3 * Integer.BYTES;

  /** Most records are not longer, so that one read gets them whole. */
  private static final int FIRST_READ = 2048;

  private final FileChannel records;
  private final OffsetTable table;
  private long size;

  private TextStore(FileChannel records, OffsetTable table) {
    this.records = records;
    this.table = table;
  }

  /**
   * Reads a corpus.
   *
   * @param corpus files or folders as for {@link CorpusReader#open(List)}
   * @param folder where the temporary files are made: a disk with room for the corpus; made if
   *     missing
   * @param progress makes the progress that counts records read, given how many there are
   * @return the store, closed by the caller
   * @throws IOException if the corpus cannot be read, a line is not as it must be, or an id comes
   *     twice; the message names file and line
   */
  public static TextStore read(List<Path> corpus, Path folder, LongFunction<Progress> progress)
      throws IOException {
    Files.createDirectories(folder);
    long count = CorpusReader.count(corpus);
    FileChannel records = temporary(folder, "texts");
    try (FileChannel index = temporary(folder, "index");
        CorpusReader reader = CorpusReader.open(corpus);
        Progress shown = progress.apply(count)) {
      TextStore store = new TextStore(records, OffsetTable.map(index, count));
      store.copy(reader, shown);
      return store;
    } catch (IOException | RuntimeException e) {
      records.close();
      throw e;
    }
  }

  private static FileChannel temporary(Path folder, String what) throws IOException {
    Path file = Files.createTempFile(folder, ".javatron-" + what, ".tmp");
    return FileChannel.open(
        file,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE,
        StandardOpenOption.DELETE_ON_CLOSE);
  }

  private void copy(CorpusReader reader, Progress progress) throws IOException {
    DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(records), 1 << 16));
    long end = 0;
    for (TextRecord record = reader.next(); record != null; record = reader.next()) {
      byte[] id = bytes(record.id());
      long place = end;
      boolean added =
          table.add(
              id,
              place,
              other -> {
                out.flush();
                return hasId(other, id);
              });
      if (!added) {
        throw new InputException(
            "%s: the id \"%s\" comes a second time".formatted(reader.position(), record.id()));
      }
      end += write(record, id, out);
      size++;
      progress.step(1);
    }
    out.flush();
  }

  private static long write(TextRecord record, byte[] id, DataOutputStream out) throws IOException {
    boolean tokens = record.tokens() != null;
    byte[] title = record.title() == null ? new byte[0] : bytes(record.title());
    byte[] text = tokens ? bytes(record.tokens()) : bytes(record.text());
    out.writeByte(tokens ? TOKENS : record.title() == null ? NO_TITLE : TITLE);
    out.writeInt(id.length);
    out.writeInt(title.length);
    out.writeInt(text.length);
    out.write(id);
    out.write(title);
    out.write(text);
    return (long) HEADER + id.length + title.length + text.length;
  }

  /**
   * How many records there are.
   *
   * @return their number
   */
  public long size() {
    return size;
  }

  /**
   * Whether there is a record of that id.
   *
   * @param id an external id
   * @return true if {@link #get} would find one
   * @throws IOException if the temporary file cannot be read
   */
  public boolean contains(String id) throws IOException {
    byte[] wanted = bytes(id);
    return table.find(wanted, place -> hasId(place, wanted)) >= 0;
  }

  /**
   * Finds a record.
   *
   * @param id an external id
   * @return the record as the corpus has it, or null if there is none of that id
   * @throws IOException if the temporary file cannot be read
   */
  public TextRecord get(String id) throws IOException {
    byte[] wanted = bytes(id);
    long place = table.find(wanted, other -> hasId(other, wanted));
    if (place < 0) {
      return null;
    }
    ByteBuffer record = read(place, FIRST_READ);
    int kind = record.get();
    int idBytes = record.getInt();
    int titleBytes = record.getInt();
    int textBytes = record.getInt();
    int all = HEADER + idBytes + titleBytes + textBytes;
    if (record.limit() < all) {
      record = read(place, all);
    }
    record.position(HEADER + idBytes);
    String title = string(record, titleBytes);
    return kind == TOKENS
        ? new TextRecord(id, null, null, tokens(record, textBytes))
        : new TextRecord(id, kind == TITLE ? title : null, string(record, textBytes), null);
  }

  private boolean hasId(long place, byte[] id) throws IOException {
    ByteBuffer start = read(place, HEADER + id.length);
    return start.limit() == HEADER + id.length
        && start.getInt(1) == id.length
        && Arrays.equals(start.array(), HEADER, HEADER + id.length, id, 0, id.length);
  }

  /** So many bytes from a place on, fewer at the file's end. */
  private ByteBuffer read(long place, int most) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(most);
    while (buffer.hasRemaining() && records.read(buffer, place + buffer.position()) >= 0) {}
    return buffer.flip();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] bytes(int[] tokens) {
    ByteBuffer buffer = ByteBuffer.allocate(Math.multiplyExact(tokens.length, Integer.BYTES));
    buffer.asIntBuffer().put(tokens);
    return buffer.array();
  }

  private static String string(ByteBuffer from, int length) {
    String text = new String(from.array(), from.position(), length, StandardCharsets.UTF_8);
    from.position(from.position() + length);
    return text;
  }

  private static int[] tokens(ByteBuffer from, int length) {
    int[] tokens = new int[length / Integer.BYTES];
    from.slice(from.position(), length).asIntBuffer().get(tokens);
    return tokens;
  }

  /** Gives the temporary files back to the disk. */
  @Override
  public void close() throws IOException {
    records.close();
  }
}
