package org.javatron.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.FloatBuffer;
import java.util.Random;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Memory on the GPU and the way there and back. */
@Tag("gpu")
class CudaArrayTest {
  /** More than the slots hold together, and no multiple of one. */
  private static final int MANY = (9 << 20) + 13;

  private final Random random = new Random(1);
  private CudaDevice device;

  @BeforeEach
  void open() {
    device = CudaDevice.open();
  }

  @AfterEach
  void close() {
    device.close();
  }

  @Test
  void whatIsPutIsGot() {
    float[] floats = new float[MANY];
    int[] ints = random.ints(MANY).toArray();
    long[] longs = random.longs(MANY).toArray();
    for (int i = 0; i < MANY; i++) {
      floats[i] = random.nextFloat();
    }
    CudaArray array = device.allocate(CudaType.FLOAT32, MANY);
    float[] foundFloats = new float[MANY + 2];
    array.put(floats, 0, MANY);
    array.get(foundFloats, 2, MANY);
    assertEquals(FloatBuffer.wrap(floats), FloatBuffer.wrap(foundFloats, 2, MANY));
    array.put(floats, 5, 3);
    array.get(foundFloats, 0, 4);
    assertArrayEquals(
        new float[] {floats[5], floats[6], floats[7], floats[3]},
        java.util.Arrays.copyOf(foundFloats, 4));
    array.put(FloatBuffer.wrap(floats));
    array.get(foundFloats, 2, MANY);
    assertEquals(FloatBuffer.wrap(floats), FloatBuffer.wrap(foundFloats, 2, MANY));
    int[] foundInts = new int[MANY];
    CudaArray intArray = array.as(CudaType.INT32, MANY);
    intArray.put(ints, 0, MANY);
    intArray.getInts(foundInts, 0, MANY);
    assertArrayEquals(ints, foundInts);
    long[] foundLongs = new long[MANY];
    CudaArray longArray = device.allocate(CudaType.INT64, MANY);
    longArray.put(longs, 0, MANY);
    longArray.getLongs(foundLongs, 0, MANY);
    assertArrayEquals(longs, foundLongs);
    try (BytePointer bytes = new BytePointer(MANY);
        BytePointer back = new BytePointer(MANY)) {
      byte[] values = new byte[MANY];
      random.nextBytes(values);
      bytes.put(values, 0, MANY);
      longArray.put(bytes, MANY);
      longArray.get(back, MANY);
      byte[] found = new byte[MANY];
      back.get(found);
      assertArrayEquals(values, found);
    }
    array.close();
    longArray.close();
  }

  @Test
  void floatsAreRoundedToNearestAndTiesToEven() {
    // The bits a value has with and without the half step that decides.
    float[] values = {1, 1 + 0x1p-8f, 1 + 0x1.8p-7f, -1 - 0x1p-8f - 0x1p-20f, 0x1p-130f, 3e38f};
    float[] bf16 = {1, 1, 1 + 0x1p-6f, -1 - 0x1p-7f, 0x1p-130f, Float.NaN};
    float[] found = rounded(CudaType.BFLOAT16, values);
    for (int i = 0; i < 5; i++) {
      assertEquals(bf16[i], found[i], 0);
    }
    assertEquals(3e38, found[5], 0x1p-8 * 3e38);
    float[] halves =
        rounded(CudaType.FLOAT16, 1 + 0x1p-11f, 1 + 0x1.8p-10f, 65504, 65520, 0x1p-24f);
    assertArrayEquals(
        new float[] {1, 1 + 0x1p-9f, 65504, Float.POSITIVE_INFINITY, 0x1p-24f}, halves);
    for (CudaType type : new CudaType[] {CudaType.BFLOAT16, CudaType.FLOAT16}) {
      float[] odd = rounded(type, Float.NaN, Float.NEGATIVE_INFINITY, -0f);
      assertTrue(Float.isNaN(odd[0]));
      assertEquals(Float.NEGATIVE_INFINITY, odd[1]);
      assertEquals(Float.floatToIntBits(-0f), Float.floatToIntBits(odd[2]));
    }
  }

  private float[] rounded(CudaType type, float... values) {
    try (CudaArray array = device.allocate(type, values.length)) {
      float[] found = new float[values.length];
      array.put(values, 0, values.length);
      array.get(found, 0, values.length);
      return found;
    }
  }

  @Test
  void sixteenBitsTravelInMoreThanOnePiece() {
    float[] values = new float[MANY];
    for (int i = 0; i < MANY; i++) {
      values[i] = i % 256;
    }
    try (CudaArray array = device.allocate(CudaType.BFLOAT16, MANY)) {
      float[] found = new float[MANY];
      array.put(values, 0, MANY);
      array.get(found, 0, MANY);
      assertArrayEquals(values, found);
    }
  }

  @Test
  void viewsShareMemory() {
    try (CudaArray array = device.allocate(CudaType.INT32, 10, 2)) {
      array.fill(0);
      array.view(6, 2, 2).put(new int[] {1, 2, 3, 4}, 0, 4);
      int[] found = new int[12];
      array.getInts(found, 0, 12);
      assertArrayEquals(new int[] {0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 0, 0}, found);
      assertThrows(IllegalArgumentException.class, () -> array.view(17, 2, 2));
      assertThrows(IllegalArgumentException.class, () -> array.put(found, 0, 21));
      assertThrows(IllegalArgumentException.class, () -> array.get(new float[1], 0, 1));
    }
  }

  @Test
  void moreThanThereIsIsRefusedWithBothNumbers() {
    long values = device.memoryBytes() / Float.BYTES;
    CudaException error =
        assertThrows(CudaException.class, () -> device.allocate(CudaType.FLOAT32, values).close());
    assertTrue(
        error.getMessage().contains((values * Float.BYTES >> 20) + " MB"), error.getMessage());
    assertTrue(error.getMessage().contains("free"), error.getMessage());
  }

  @Test
  void theDeviceSaysWhatItIs() {
    assertTrue(device.capability() >= 75, "capability " + device.capability());
    assertTrue(device.multiprocessors() > 0);
    assertTrue(device.sharedBytesPerBlock() >= 48 << 10);
    assertTrue(device.freeBytes() > 0 && device.freeBytes() <= device.memoryBytes());
    assertTrue(!device.name().isBlank());
  }

  @Test
  void otherThreadsMayUseIt() throws InterruptedException {
    try (CudaArray array = device.allocate(CudaType.INT32, 1)) {
      int[] found = new int[1];
      Thread thread =
          new Thread(
              () -> {
                array.put(new int[] {7}, 0, 1);
                array.getInts(found, 0, 1);
              });
      thread.start();
      thread.join();
      assertEquals(7, found[0]);
    }
  }
}
