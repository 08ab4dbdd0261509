import { test } from '@jest/globals';
import { appendFileSync, writeFileSync } from 'node:fs';
import { startSystem } from './support/system.ts';
import { execFile } from 'node:child_process';
const OUT='/tmp/rv/out5.txt';
test('x', async () => {
  writeFileSync(OUT,'');
  const s = await startSystem({apps:[]});
  const key=(await s.admin.post('/v3/apps/app123/apikeys',{})).body.data.apiKey;
  await s.backend.put('/v3/groups/g1',{});
  const body=Array.from({length:500000},(_,i)=>`{"uid":"user-${i}"}`).join('\n'); writeFileSync('/tmp/rv/body.nd',body);
  const curl=(p:string,k:string,extra:string[]=[])=>new Promise<void>(r=>execFile('curl',['-s','-m','8','-o','-','-w',' [%{http_code} up=%{size_upload} t=%{time_total}]','-X','PUT',...extra,'-H','content-type: application/x-ndjson','-H','apikey: '+k,'--data-binary','@/tmp/rv/body.nd',s.url+p],(e,o,er)=>{appendFileSync(OUT,`curl ${p} ${extra} ${o} ${e?.code??''} ${er}\n`);r()}));
  await curl('/v3/groups/nope/members',key);
  await curl('/v3/groups/nope/members',key,['-H','transfer-encoding: chunked']);
  await curl('/v3/groups/g1/members','wrong');
  await curl('/v3/groups/g1/members','wrong',['-H','expect:']);
  for (const [p,k] of [['/v3/groups/nope/members',key],['/v3/groups/g1/members','wrong']] as any) { const t=Date.now(); try { const r=await fetch(s.url+p,{method:'PUT',headers:{apikey:k,'content-type':'application/x-ndjson'},body,signal:AbortSignal.timeout(8000)}); appendFileSync(OUT,`fetch ${p} ${r.status} ${await r.text()} ${Date.now()-t}\n`);} catch(e:any){appendFileSync(OUT,`fetch ${p} THROWS ${e.message} ${e.cause?.code} ${Date.now()-t}\n`);} }
  void s[Symbol.asyncDispose]();
}, 60000);
