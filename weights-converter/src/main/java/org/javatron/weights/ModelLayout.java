package org.javatron.weights;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a model directory keeps its encoders: one at its top, or two (untied) in the subfolders
 * that Tevatron names query_model and passage_model.
 */
public final class ModelLayout {
  /** The subfolder of the queries' encoder. */
  public static final String QUERY = "query_model";

  /** The subfolder of the passages' encoder. */
  public static final String PASSAGE = "passage_model";

  private ModelLayout() {}

  /**
   * Whether queries and passages have an encoder each.
   *
   * @param model a model directory
   * @return true if it has the two subfolders
   */
  public static boolean isUntied(Path model) {
    return Files.isDirectory(model.resolve(QUERY)) && Files.isDirectory(model.resolve(PASSAGE));
  }

  /**
   * The encoder of queries.
   *
   * @param model a model directory
   * @return the folder with config.json and model.safetensors for queries
   */
  public static Path queryEncoder(Path model) {
    return isUntied(model) ? model.resolve(QUERY) : model;
  }

  /**
   * The encoder of passages.
   *
   * @param model a model directory
   * @return the folder with config.json and model.safetensors for passages
   */
  public static Path passageEncoder(Path model) {
    return isUntied(model) ? model.resolve(PASSAGE) : model;
  }
}
