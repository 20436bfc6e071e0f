package org.javatron.weights;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A checkpoint in several files, with an index (*.index.json) whose weight_map says which file
 * holds which tensor.
 */
final class ShardedCheckpoint implements TensorSource {
  private final Path index;
  private final Map<String, TensorSource> shards = new LinkedHashMap<>();
  private final Map<String, TensorSource> shardOf = new LinkedHashMap<>();
  private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();

  private ShardedCheckpoint(Path index) {
    this.index = index;
  }

  static ShardedCheckpoint open(Path index) throws IOException {
    ShardedCheckpoint checkpoint = new ShardedCheckpoint(index);
    try {
      checkpoint.openShards(Json.readObject(index).path("weight_map"));
    } catch (IOException | RuntimeException e) {
      checkpoint.close();
      throw e;
    }
    return checkpoint;
  }

  private void openShards(JsonNode map) throws IOException {
    if (!map.isObject() || map.isEmpty()) {
      throw new WeightFormatException(index, "expected weight_map, tensors with their files");
    }
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      String name = entry.getKey();
      String shard = entry.getValue().asText();
      TensorSource source = shards.get(shard);
      if (source == null) {
        source = openShard(shard);
        shards.put(shard, source);
      }
      TensorInfo info = source.tensors().get(name);
      if (info == null) {
        throw new WeightFormatException(
            source.file(), "there is no tensor " + name + ", which " + index + " places here");
      }
      tensors.put(name, info);
      shardOf.put(name, source);
    }
  }

  private TensorSource openShard(String shard) throws IOException {
    // A name with a path in it could reach any file of the machine.
    if (shard.isEmpty() || shard.contains("/") || shard.contains("\\") || shard.equals("..")) {
      throw new WeightFormatException(
          index, "expected the name of a file beside it, found \"" + shard + "\"");
    }
    Path file = index.resolveSibling(shard);
    if (!Files.isRegularFile(file)) {
      throw new WeightFormatException(index, "shard " + shard + " is missing beside it");
    }
    return Checkpoint.openFile(file);
  }

  @Override
  public Path file() {
    return index;
  }

  @Override
  public String format() {
    String kind = shards.values().iterator().next().format();
    return kind + ", " + shards.size() + (shards.size() == 1 ? " shard" : " shards");
  }

  @Override
  public Map<String, TensorInfo> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  @Override
  public void read(String name, long first, FloatBuffer destination) throws IOException {
    tensor(name);
    shardOf.get(name).read(name, first, destination);
  }

  @Override
  public void close() throws IOException {
    for (TensorSource shard : shards.values()) {
      shard.close();
    }
  }
}
