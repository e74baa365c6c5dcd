// ipx as its manual starts it inside a program.
// node ipx_server.mjs PORT FOLDER;  GET /s_WIDTHxHEIGHT,fit_inside,q_80,f_jpeg/FILE
import http from "node:http";
import { createIPX, createIPXNodeServer, ipxFSStorage } from "ipx";

const [port, folder] = process.argv.slice(2);
const ipx = createIPX({ storage: ipxFSStorage({ dir: folder }) });
http.createServer(createIPXNodeServer(ipx)).listen(Number(port), "127.0.0.1");
