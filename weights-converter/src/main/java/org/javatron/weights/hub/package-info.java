/**
 * Downloads BERT checkpoints from the Hugging Face Hub into a local cache.
 *
 * <p>{@link org.javatron.weights.hub.HubClient#fetchModel} asks the hub which commit a revision
 * stands for and which files it has, downloads the few that a BERT encoder needs, and returns a
 * folder with them. How the bytes travel:
 *
 * <ol>
 *   <li>{@code GET /api/models/ID/revision/REV?blobs=true} names the commit and each file's size
 *       and hash. Small files have git's hash (SHA-1 of {@code "blob SIZE\0"} and the bytes), large
 *       ones (Git LFS) the SHA-256 of their bytes. A mirror that leaves the hashes out is asked
 *       file by file ({@code HEAD}: {@code ETag}, or {@code X-Linked-Etag} and {@code
 *       X-Linked-Size} beside a redirect).
 *   <li>{@code GET /ID/resolve/COMMIT/FILE} sends the bytes, large files through a redirect to
 *       another host. The token in {@code HF_TOKEN} goes to the hub itself and to nobody else.
 *   <li>Bytes go to {@code blobs/HASH.incomplete}. A broken transfer is continued where it broke
 *       ({@code Range}), in this run or in a later one. The whole file is then hashed; only a file
 *       with the right size and hash is renamed to {@code blobs/HASH}.
 *   <li>{@code snapshots/COMMIT/FILE} are links to the blobs, put up all at once at the end; {@code
 *       refs/REV} holds the commit, for {@code --offline}.
 * </ol>
 *
 * <p>The folders are laid out as in {@code huggingface_hub}'s own cache, so either can use what the
 * other has downloaded ({@code --cache ~/.cache/huggingface/hub}).
 *
 * <p>Environment: {@code HF_ENDPOINT} (another hub or a mirror), {@code HF_TOKEN}, {@code
 * HF_HUB_OFFLINE=1}, {@code JAVATRON_CACHE} (default {@code ~/.cache/javatron}; models lie in its
 * folder {@code hub}). A proxy is Java's own matter: {@code -Dhttps.proxyHost=...
 * -Dhttps.proxyPort=...}.
 */
package org.javatron.weights.hub;
