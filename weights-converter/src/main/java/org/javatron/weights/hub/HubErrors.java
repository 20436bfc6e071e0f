package org.javatron.weights.hub;

import java.io.IOException;
import java.net.http.HttpResponse;
import org.javatron.http.Http;
import org.javatron.io.InputException;

/** What the hub's refusals mean, in one sentence each. */
final class HubErrors {
  private HubErrors() {}

  /**
   * The exception for an answer that is not the wanted one.
   *
   * @param token whether a token was sent
   */
  static IOException of(
      HttpResponse<?> response, ModelId model, String revision, String file, boolean token) {
    int status = response.statusCode();
    String code = response.headers().firstValue("X-Error-Code").orElse("");
    String host = response.uri().getHost();
    String id = "'" + model.name() + "'";
    if (Http.mayPass(status)) {
      return Http.busy(response);
    }
    if (code.equals("GatedRepo") || status == 403) {
      return new InputException(
          token
              ? "The hub keeps model "
                  + id
                  + " from the account of the token in HF_TOKEN: accept the model's conditions on"
                  + " its page, or use another account's token."
              : "The hub gives model "
                  + id
                  + " only to accounts that accepted its conditions: do so on its page, then set"
                  + " HF_TOKEN to the account's token.");
    }
    if (status == 401) {
      return new InputException(
          token
              ? "The hub has no model "
                  + id
                  + " that the token in HF_TOKEN may read: check the spelling and the token."
              : "The hub has no public model "
                  + id
                  + ": check the spelling, or set HF_TOKEN if the model is private.");
    }
    if (status == 404 && file != null) {
      return new InputException(
          "The hub has no file '" + file + "' in model " + id + " at commit " + revision + ".");
    }
    if (status == 404 && code.equals("RevisionNotFound")) {
      return new InputException(
          "Model " + id + " has no revision '" + revision + "' on the hub: check its spelling.");
    }
    if (status == 404) {
      return new InputException(
          "The hub has no model "
              + id
              + (code.equals("RepoNotFound") ? "" : " with a revision '" + revision + "'")
              + ": check the spelling (upper and lower case count).");
    }
    return new InputException(
        host
            + " answered "
            + status
            + " to the request for model "
            + id
            + ", which is not expected.");
  }
}
