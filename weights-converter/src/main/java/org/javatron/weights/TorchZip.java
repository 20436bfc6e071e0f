package org.javatron.weights;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/**
 * The zip form of torch.save (PyTorch 1.6 and later): {@code NAME/data.pkl} with the pickle, {@code
 * NAME/data/KEY} with each storage's raw numbers, and small notes.
 *
 * <p>PyTorch stores entries uncompressed, and those are mapped where they stand. An archive packed
 * again by another tool may have deflated ones: such a storage is unpacked to a temporary file when
 * it is first read, and the file is deleted on closing.
 */
final class TorchZip implements TorchFile.Storages {
  private final MappedFile file;
  private final Map<String, ZipIndex.Entry> entries;
  private final String folder;
  private final Map<String, MappedFile> unpacked = new HashMap<>();

  private TorchZip(MappedFile file, Map<String, ZipIndex.Entry> entries, String folder) {
    this.file = file;
    this.entries = entries;
    this.folder = folder;
  }

  static TorchFile open(MappedFile file) throws IOException {
    Map<String, ZipIndex.Entry> entries = ZipIndex.read(file);
    List<String> pickles =
        entries.keySet().stream().filter(name -> name.endsWith("/data.pkl")).toList();
    if (pickles.size() != 1) {
      throw new WeightFormatException(
          file.path(),
          "not a PyTorch file: the zip archive should have one data.pkl, found " + pickles.size());
    }
    String folder = pickles.get(0).substring(0, pickles.get(0).length() - "data.pkl".length());
    TorchZip zip = new TorchZip(file, entries, folder);
    zip.checkByteOrder();
    Object root;
    try (InputStream pickle = zip.stream(entries.get(pickles.get(0)))) {
      root = TorchUnpickler.read(pickle, file);
    }
    return new TorchFile(file, "PyTorch zip", root, zip);
  }

  private void checkByteOrder() throws IOException {
    ZipIndex.Entry note = entries.get(folder + "byteorder");
    if (note != null) {
      try (InputStream in = stream(note)) {
        String order = new String(in.readNBytes(16), StandardCharsets.US_ASCII);
        if (!order.equals("little")) {
          throw new WeightFormatException(
              file.path(), "byte order is " + order + "; expected little");
        }
      }
    }
  }

  /** A small entry's bytes, unpacked if need be. */
  private InputStream stream(ZipIndex.Entry entry) throws IOException {
    if (entry.size() > TorchUnpickler.MAX_BYTES) {
      throw new WeightFormatException(
          file.path(),
          String.format(
              Locale.ROOT,
              "entry %s has %d bytes, expected at most %d",
              entry.name(),
              entry.size(),
              TorchUnpickler.MAX_BYTES));
    }
    if (!entry.deflated()) {
      return new CountingInput(file, entry.offset(), entry.offset() + entry.size());
    }
    try (InputStream in = inflate(entry)) {
      return new ByteArrayInputStream(in.readNBytes((int) entry.size()));
    } catch (ZipException | EOFException e) {
      throw notUnpacked(entry, e);
    }
  }

  private InputStream inflate(ZipIndex.Entry entry) {
    return new InflaterInputStream(
        new CountingInput(file, entry.offset(), entry.offset() + entry.packedSize()),
        new Inflater(true)) {
      @Override
      public void close() throws IOException {
        super.close();
        inf.end(); // ends by itself only where the stream made the inflater
      }
    };
  }

  private ZipIndex.Entry entry(TorchTensor.Storage storage) {
    return entries.get(folder + "data/" + storage.key());
  }

  @Override
  public long bytes(TorchTensor.Storage storage) {
    ZipIndex.Entry entry = entry(storage);
    return entry == null ? -1 : entry.size();
  }

  @Override
  public long offset(TorchTensor.Storage storage) {
    ZipIndex.Entry entry = entry(storage);
    return entry.deflated() ? -1 : entry.offset();
  }

  @Override
  public synchronized TorchFile.Region region(TorchTensor.Storage storage) throws IOException {
    ZipIndex.Entry entry = entry(storage);
    if (!entry.deflated()) {
      return new TorchFile.Region(file, entry.offset());
    }
    MappedFile mapped = unpacked.get(entry.name());
    if (mapped == null) {
      mapped = unpack(entry);
      unpacked.put(entry.name(), mapped);
    }
    return new TorchFile.Region(mapped, 0);
  }

  private MappedFile unpack(ZipIndex.Entry entry) throws IOException {
    Path temporary = Files.createTempFile("javatron-", ".storage");
    boolean whole = false;
    try (InputStream in = inflate(entry);
        OutputStream out = new BufferedOutputStream(Files.newOutputStream(temporary), 1 << 16)) {
      long written = 0;
      byte[] block = new byte[1 << 16];
      for (int n = in.read(block); n >= 0 && written <= entry.size(); n = in.read(block)) {
        out.write(block, 0, n);
        written += n;
      }
      if (written != entry.size()) {
        throw new WeightFormatException(
            file.path(),
            String.format(
                Locale.ROOT,
                "entry %s should be %d bytes when unpacked, found %s",
                entry.name(),
                entry.size(),
                written < entry.size() ? written : "more"));
      }
      whole = true;
    } catch (ZipException | EOFException e) {
      throw notUnpacked(entry, e);
    } finally {
      if (!whole) {
        Files.deleteIfExists(temporary);
      }
    }
    return MappedFile.open(temporary);
  }

  private WeightFormatException notUnpacked(ZipIndex.Entry entry, IOException error) {
    return new WeightFormatException(
        file.path(), "entry " + entry.name() + " cannot be unpacked: " + error.getMessage(), error);
  }

  @Override
  public synchronized void close() throws IOException {
    for (MappedFile temporary : unpacked.values()) {
      Files.deleteIfExists(temporary.path());
    }
    unpacked.clear();
  }
}
