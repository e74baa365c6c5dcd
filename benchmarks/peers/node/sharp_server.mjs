// The least that serves pictures with sharp: node's own HTTP, nothing kept, no checks.
// node sharp_server.mjs PORT FOLDER;  GET /WIDTHxHEIGHT/FILE, or /WIDTHxHEIGHT!/FILE for a crop
import http from "node:http";
import path from "node:path";
import sharp from "sharp";

const [port, folder] = process.argv.slice(2);
sharp.cache(false); // of operations: every rendition is to be made

http
  .createServer(async (request, response) => {
    try {
      const [, width, height, crop, name] = /^\/(\d+)x(\d+)(!?)\/([\w.-]+)$/.exec(request.url);
      const picture = await sharp(path.join(folder, name))
        .rotate() // as EXIF has it
        .resize(Number(width), Number(height), {
          fit: crop ? "cover" : "inside",
          withoutEnlargement: true,
        })
        .jpeg({ quality: 80 })
        .toBuffer();
      response.writeHead(200, { "Content-Type": "image/jpeg", "Content-Length": picture.length });
      response.end(picture);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  })
  .listen(Number(port), "127.0.0.1");
