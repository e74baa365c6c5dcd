// The least that serves pictures with sharp: node's own HTTP, no checks.  With `cached` each picture
// is made once and kept in memory; else nothing is kept.
// node sharp_server.mjs PORT FOLDER [cached];  GET /WIDTHxHEIGHT/FILE, or /WIDTHxHEIGHT!/FILE
// for a crop
import http from "node:http";
import path from "node:path";
import sharp from "sharp";

const [port, folder, cached] = process.argv.slice(2);
sharp.cache(false); // of operations: every rendition is to be made
const kept = cached ? new Map() : null;

function made(url) {
  const [, width, height, crop, name] = /^\/(\d+)x(\d+)(!?)\/([\w.-]+)$/.exec(url);
  return sharp(path.join(folder, name))
    .rotate() // as EXIF has it
    .resize(Number(width), Number(height), {
      fit: crop ? "cover" : "inside",
      withoutEnlargement: true,
    })
    .jpeg({ quality: 80 })
    .toBuffer();
}

http
  .createServer(async (request, response) => {
    try {
      let picture = kept?.get(request.url);
      if (!picture) {
        picture = await made(request.url);
        kept?.set(request.url, picture);
      }
      response.writeHead(200, { "Content-Type": "image/jpeg", "Content-Length": picture.length });
      response.end(picture);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  })
  .listen(Number(port), "127.0.0.1");
