import { test } from '@jest/globals';
import { appendFileSync, writeFileSync } from 'node:fs';
import { startSystem } from './support/system.ts';
import { request } from 'node:http';
import { connect } from 'node:net';
import { FanfareServer } from '@fanfare/client';
const OUT='/tmp/rv/out4.txt';
const P='/v3/notifications/push/v1';
const say=(label:string,a:any)=>appendFileSync(OUT,`${label} => ${a.status} ${JSON.stringify(a.body)?.slice(0,400)}\n`);
const rawnet=(url:string,text:string)=>new Promise<string>((res)=>{const u=new URL(url);const c=connect(Number(u.port),u.hostname);let t='';c.on('data',d=>t+=d);c.on('close',()=>res(t));c.on('error',()=>res('ERR '+t));c.write(text);setTimeout(()=>{c.destroy();res(t)},1500)});
test('x', async () => {
  writeFileSync(OUT,'');
  const s = await startSystem({apps:[]});
  const key=(await s.admin.post('/v3/apps/app123/apikeys',{})).body.data.apiKey;
  const b=s.backend;
  await b.put('/v3/groups/g1',{});
  const lines=(bad:number,n:number)=>Array.from({length:n},(_,i)=>i===bad?'{"uid":"b b"}':`{"uid":"user-${i}"}`).join('\n');
  for (const [bad,n] of [[1,100],[1,5000],[1,500000],[400000,500000]] as const) {
    const body=lines(bad,n);
    try { say(`bad line ${bad}/${n}`, await b.call('PUT','/v3/groups/g1/members',body,{'content-type':'application/x-ndjson'})); } catch(e:any){ appendFileSync(OUT,`bad line ${bad}/${n} THROWS ${e.message} ${e.cause?.code} ${e.cause?.message}\n`);}
  }
  const c=new FanfareServer({url:s.url,apiKey:key,retries:1,sleep:async()=>{}});
  const uids=Array.from({length:200000},(_,i)=>i===3?'b b':'u'+i);
  try { await c.setGroupMembers('g1',uids);} catch(e:any){appendFileSync(OUT,`client: ${e.code} ${e.status} ${e.message}\n`);}
  try { await c.setGroupMembers('bad guid',['a']);} catch(e:any){appendFileSync(OUT,`client: ${e.code} ${e.status} ${e.message}\n`);}
  // 404 group / 403 w/ long body
  for (const [p,h] of [['/v3/groups/nope/members',{apikey:key}],['/v3/groups/g1/members',{apikey:'wrong'}]] as any) { try { const r=await fetch(s.url+p,{method:'PUT',headers:{...h,'content-type':'application/x-ndjson'},body:lines(-1,500000)}); say('early '+p,{status:r.status,body:await r.text()});} catch(e:any){appendFileSync(OUT,`early ${p} THROWS ${e.message} ${e.cause?.code}\n`);} }
  appendFileSync(OUT,'malformed '+(await rawnet(s.url,'GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n')).replace(/\r\n/g,' | ')+'\n');
  appendFileSync(OUT,'huge header '+(await rawnet(s.url,'GET /v3/me HTTP/1.1\r\nHost: x\r\nauthtoken: '+'x'.repeat(20000)+'\r\n\r\n')).replace(/\r\n/g,' | ')+'\n');
  for (const p of ['/v3/dead-letters?cursor=garbage','/v3/dead-letters?cursor=%00','/v3/dead-letters/replays/x%2Fy','/v3/users/bob/auth_tokens?cursor=zzz','/v3/users/bob/blockedusers?cursor=%5B','/v3/groups?x=1']) say(p, await b.get(p));
  say('apps cursor', await s.admin.get('/v3/apps?cursor=zzz'));
  say('payload too large', await b.put('/v3/users/x',{name:'x'.repeat(6*1024*1024)}));
  say('url long', await b.get('/v3/users/'+'x'.repeat(6000)));
  for (const m of ['TRACE','PURGE','PROPFIND','LOCK']) appendFileSync(OUT,m+' '+(await rawnet(s.url,`${m} /v3/users/x HTTP/1.1\r\nHost: x\r\nconnection: close\r\n\r\n`)).split('\r\n\r\n').pop()+'\n');
  say('deep', await b.call('PATCH','/v3/notifications/v1/settings','{"preferences":{"push":{"customJson":'+'{"a":'.repeat(100000)+'1'+'}'.repeat(100000)+'}}}'));
  say('deep sa', await b.call('POST',`${P}/providers/fcm`,'{"providerId":"x","serviceAccountCreds":'+'{"a":'.repeat(100000)+'1'+'}'.repeat(100000)+'}'));
  say('deep event', await b.call('POST','/v3/events','{"id":"e9","type":"message.sent","sentAt":1795324893000,"sender":{"uid":"a"},"conversation":{"type":"user","id":"b"},"message":{"id":"1","type":"text","text":"x","metadata":'+'{"a":'.repeat(100000)+'1'+'}'.repeat(100000)+'}}'));
  say('custom proto event', await b.call('POST','/v3/events','{"id":"e10","type":"message.sent","sentAt":1795324893000,"sender":{"uid":"a"},"conversation":{"type":"user","id":"b"},"message":{"id":"1","type":"text","text":"x"},"custom":{"__proto__":{"x":1},"constructor":{"prototype":{"y":1}}}}'));
  const big=await b.call('POST','/v3/events',JSON.stringify({['k'.repeat(3000000)]:1,id:'e1',type:'message.sent',sentAt:1795324893000,sender:{uid:'a'},conversation:{type:'user',id:'b'},message:{id:'1',type:'text',text:'x'}}));
  appendFileSync(OUT,`huge key answer length ${JSON.stringify(big.body).length}\n`);
  const many=Array.from({length:1000},(_,i)=>({id:'e'+i,['k'.repeat(4000)]:1,type:'message.sent',sentAt:1795324893000,sender:{uid:'a'},conversation:{type:'user',id:'b'},message:{id:'1',type:'text',text:'x'}}));
  void Promise.race([s[Symbol.asyncDispose](),new Promise(r=>setTimeout(r,3000))]);
}, 120000);
