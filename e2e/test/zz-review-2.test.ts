import { test } from '@jest/globals';
import { appendFileSync, writeFileSync } from 'node:fs';
import { createApp, startSystem } from './support/system.ts';
import { Api } from './support/api.ts';
import { request } from 'node:http';
import { Readable } from 'node:stream';
const OUT='/tmp/rv/out2.txt';
const P='/v3/notifications/push/v1';
const N='/v3/notifications/v1';
const say=(label:string,a:any)=>appendFileSync(OUT,`${label} => ${a.status} ${JSON.stringify(a.body)?.slice(0,600)}\n`);
const raw=(url:string,method:string,path:string,headers:any,body?:string)=>new Promise<any>((res,rej)=>{const u=new URL(url);const r=request({host:u.hostname,port:u.port,method,path,headers},(m)=>{let t='';m.on('data',c=>t+=c);m.on('end',()=>{let b:any=t;try{b=JSON.parse(t)}catch{} res({status:m.statusCode,body:b,headers:m.headers})})});r.on('error',rej);if(body!==undefined)r.write(body);r.end()});
test('probe', async () => {
  writeFileSync(OUT,'');
  await using s = await startSystem({});
  const other = await createApp(s.admin, s.url, 'other');
  const b=s.backend; const key=(await s.admin.post('/v3/apps/app123/apikeys',{})).body.data.apiKey; const H={apikey:key};
  const pub=(await s.admin.post('/v3/apps/app123/apikeys',{scopes:['publish']})).body.data; const pubApi=new Api(s.url,{apikey:pub.apiKey});
  const tk=async(api:Api,uid:string)=>(await api.post(`/v3/users/${uid}/auth_tokens`,{})).body.data.authToken;
  for (const p of ['/v3/users/bob%2Fauth_tokens','/v3/users/..%2fbob','/v3/users/%00','/v3/users/b%6Fb','/v3/users/bob;x','/v3/users/bob%7D','/v3/users/a%3Ab','/v3/groups/x%0ay']) say('GET '+p, await raw(s.url,'GET',p,H));
  // scopes
  say('publish-only on manage', await pubApi.get('/v3/users/bob'));
  say('publish-only on prefs', await pubApi.get(`${N}/preferences?uid=bob`));
  // apps
  for (const body of ['{}','{"appId":"a b"}','{"appId":"app123"}','{"appId":"x","foo":1}','{"appId":"__proto__"}','{"appId":"x","region":"US EAST"}']) say('POST app '+body, await s.admin.call('POST','/v3/apps',body));
  say('apps', await s.admin.get('/v3/apps'));
  say('patch app', await s.admin.patch('/v3/apps/app123',{}));
  say('patch app none', await s.admin.patch('/v3/apps/nope',{name:'x'}));
  say('app by apikey', await b.get('/v3/apps/app123'));
  say('keys', await s.admin.get('/v3/apps/app123/apikeys'));
  say('key bad scope', await s.admin.post('/v3/apps/app123/apikeys',{scopes:['admin']}));
  say('key empty scope', await s.admin.post('/v3/apps/app123/apikeys',{scopes:[]}));
  say('key of other via app123', await s.admin.delete(`/v3/apps/other/apikeys/${pub.id}`));
  say('revoke', await s.admin.delete(`/v3/apps/app123/apikeys/${pub.id}`));
  say('revoked key', await pubApi.get('/v3/events/x'));
  // groups
  say('PUT group', await b.put('/v3/groups/g1',{name:'G',icon:'javascript:alert(1)'}));
  say('PUT group', await b.put('/v3/groups/g1',{name:'G',icon:'https://x/y.png'}));
  say('members dup', await b.post('/v3/groups/g1/members',{participants:['a','b','a']}));
  say('members other app', await other.get('/v3/groups/g1/members'));
  say('members none', await b.post('/v3/groups/nope/members',{participants:['a']}));
  say('members map', await b.post('/v3/groups/g1/members',{participants:[1]}));
  say('page', await b.get('/v3/groups/g1/members?limit=1'));
  say('page', await b.get('/v3/groups/g1/members?limit=0'));
  say('page', await b.get('/v3/groups/g1/members?limit=1001'));
  say('page', await b.get('/v3/groups/g1/members?limit=abc&cursor=%00%ff'));
  say('page weird cursor', await b.get('/v3/groups/g1/members?cursor=%5Ba'));
  say('page unknown query', await b.get('/v3/groups/g1/members?foo=1'));
  say('rm', await b.delete('/v3/groups/g1/members/a'));
  say('rm2', await b.delete('/v3/groups/g1/members/a'));
  const nd={'content-type':'application/x-ndjson'};
  for (const [l,t] of [['ok','{"uid":"x"}\n{"uid":"y"}'],['crlf','{"uid":"x"}\r\n\r\n{"uid":"y"}\r\n'],['bom','\ufeff{"uid":"x"}'],['bad','{"uid":"x"}\n{"uid":"y y"}'],['notjson','{"uid":"x"}\nfoo'],['arr','["x"]'],['null','null'],['empty',''],['long','{"uid":"'+'x'.repeat(20000)+'"}'],['longone','{"uid":"q","x":"'+'x'.repeat(15000)+'"}\n{"uid":"r"}']] as any) { say('load '+l, await b.call('PUT','/v3/groups/g1/members',t,nd)); say('  after', {status:0,body:(await b.get('/v3/groups/g1/members')).body.data}); }
  say('load wrong type', await b.call('PUT','/v3/groups/g1/members','{"uid":"x"}'));
  say('load none', await b.call('PUT','/v3/groups/g1/members'));
  say('load unknown group', await b.call('PUT','/v3/groups/nope/members','{"uid":"x"}',nd));
  const big=Array.from({length:600000},(_,i)=>`{"uid":"user-${i}"}`).join('\n');
  const t0=Date.now(); say('load big content-length '+big.length, await raw(s.url,'PUT','/v3/groups/g1/members',{...H,...nd,'content-length':Buffer.byteLength(big)},big)); appendFileSync(OUT,`took ${Date.now()-t0}\n`);
  // abort midway
  await new Promise<void>((res)=>{const u=new URL(s.url);const r=request({host:u.hostname,port:u.port,method:'PUT',path:'/v3/groups/g1/members',headers:{...H,...nd,'transfer-encoding':'chunked'}});r.on('error',()=>res());r.write('{"uid":"zz1"}\n'.repeat(5000));setTimeout(()=>{r.destroy();},300);setTimeout(res,600)});
  say('after abort', {status:0,body:(await b.get('/v3/groups/g1')).body.data});
  say('load keys', {status:0,body:(await s.redis.redis.keys('members:*load*'))});
  say('gzip', await b.call('PUT','/v3/groups/g1/members','{"uid":"x"}',{...nd,'content-encoding':'gzip'}));
  // gzip'd JSON
  // auth tokens
  const t1=await tk(b,'bob'), t2=await tk(b,'carol');
  say('list tokens', await b.get('/v3/users/bob/auth_tokens'));
  say('del carol token via bob', await b.delete(`/v3/users/bob/auth_tokens/${t2}`));
  const id2=(await b.get('/v3/users/carol/auth_tokens')).body.data[0].id;
  say('del carol id via bob', await b.delete(`/v3/users/bob/auth_tokens/${id2}`));
  say('del carol id via other app', await other.delete(`/v3/users/carol/auth_tokens/${id2}`));
  say('use id as authtoken', await s.asUser(id2).get('/v3/me'));
  say('use apikey as authtoken', await s.asUser(key).get('/v3/me'));
  say('del carol by id', await b.delete(`/v3/users/carol/auth_tokens/${id2}`));
  say('carol after', await s.asUser(t2).get('/v3/me'));
  say('mint body', await b.call('POST','/v3/users/bob/auth_tokens'));
  say('mint garbage', await b.call('POST','/v3/users/bob/auth_tokens','[]'));
  // blocks
  say('block', await b.post('/v3/users/bob/blockedusers',{blockedUids:['bob','mallory','mallory']}));
  say('blocks', await b.get('/v3/users/bob/blockedusers'));
  say('unblock', await b.delete('/v3/users/bob/blockedusers',{blockedUids:['mallory']}));
  say('block bad', await b.post('/v3/users/bob/blockedusers',{blockedUids:[]}));
  // threads
  const bob=s.asUser(t1);
  say('sub', await bob.post('/v3/messages/a%2Fb%7D/thread/subscription',undefined));
  say('sub body', await bob.post('/v3/messages/1/thread/subscription',{}));
  say('unsub', await bob.delete('/v3/messages/1/thread/subscription'));
  say('read unknown', await bob.post('/v3/messages/1/read',undefined));
  say('sub long', await bob.post(`/v3/messages/${'x'.repeat(257)}/thread/subscription`,undefined));
  // legacy
  for (const [m,body] of [['POST','{}'],['POST','{"fcmToken":"L1"}'],['POST','{"apnsToken":"A1","voipToken":"V1"}'],['GET',undefined],['DELETE',undefined],['GET',undefined],['DELETE','{"all":true}'],['GET',undefined],['DELETE','{"all":"true"}']] as any) say(`legacy ${m} ${body}`, await bob.call(m,'/v2/tokens',body));
  say('legacy GET query', await bob.call('GET','/v2/tokens?x=1'));
  say('legacy apikey', await b.get('/v2/tokens'));
  // providers
  say('fcm post', await b.post(`${P}/providers/fcm`,{providerId:'f1',serviceAccountCreds:{project_id:'p',client_email:'x@y',private_key:'nope',private_key_id:'k'}}));
  say('fcm post none', await b.post(`${P}/providers/fcm`,{providerId:'f1'}));
  say('fcm id default', await b.post(`${P}/providers/fcm`,{providerId:'default'}));
  say('fcm put none', await b.put(`${P}/providers/fcm`,{providerId:'f1'}));
  say('apns post', await b.post(`${P}/providers/apns`,{providerId:'a1',keyId:'ABCDE12345',teamId:'ABCDE12345',bundleId:'com.x',p8Key:'garbage-secret-key'}));
  say('fcm default none', await b.put(`${P}/providers/fcm/default/none`,{}));
  say('custom get', await b.get(`${P}/providers/custom`));
  say('custom post twice', await b.post(`${P}/providers/custom`,{webhookURL:'https://x.example/y'}));
  say('custom put origin', await b.put(`${P}/providers/custom`,{webhookURL:'https://x.example/y'}));
  say('custom put url pw', await b.put(`${P}/providers/custom`,{webhookURL:'https://u:p@x.example/y',useBasicAuth:false}));
  say('custom bad secret', await b.put(`${P}/providers/custom`,{signingSecret:'whsec_c2VjcmV0'}));
  say('custom del', await b.delete(`${P}/providers/custom`));
  say('custom del', await b.delete(`${P}/providers/custom`));
  // events
  for (const body of ['[]','null','{}','[1]','{"id":"e1","__proto__":{"a":1}}','"x"']) say('event '+body, await b.call('POST','/v3/events',body));
  const ev={id:'e1',type:'message.sent',sentAt:Date.now(),sender:{uid:'alice'},conversation:{type:'user',id:'bob'},message:{id:'m1',type:'text',text:'secret words'}};
  say('event', await b.post('/v3/events',ev)); say('event dup', await b.post('/v3/events',ev)); say('other reads event', await other.get('/v3/events/e1'));
  say('evt', await b.get('/v3/events/e1'));
  say('mark read', await bob.post('/v3/messages/m1/read',undefined));
  say('settings noauth', await raw(s.url,'GET','/v3/settings',{appid:'app123'}));
  say('settings noauth', await raw(s.url,'GET','/v3/settings',{appid:'app123*'}));
  say('settings noauth', await raw(s.url,'GET','/v3/settings',{}));
  // erase + race
  await bob.post(`${P}/tokens`,{platform:'fcm_web',fcmToken:'BT'});
  const T=await tk(b,'erin'); const erin=s.asUser(T);
  const inflight=Array.from({length:40},(_,i)=>i%4===0?erin.patch(`${N}/preferences`,{groupPreferences:{groupMessages:1}}):i%4===1?erin.patch(`${N}/preferences/timezone`,{timezone:'Asia/Tokyo'}):i%4===2?erin.post(`${P}/tokens`,{platform:'fcm_web',fcmToken:'ER'+i,timezone:'Asia/Tokyo'}):erin.put(`${N}/preferences/mute`,{conversations:[{id:'bob',type:'oneOnOne',until:null}]}));
  say('erase', await b.delete('/v3/users/erin'));
  await Promise.all(inflight);
  say('erin after', await b.get('/v3/users/erin'));
  const dump=async(u:string)=>{const out:string[]=[];for(const k of await s.redis.redis.keys('*')){const ty=await s.redis.redis.type(k);let v='';if(ty==='string')v=await s.redis.redis.get(k)??'';if(ty==='hash')v=JSON.stringify(await s.redis.redis.hgetall(k));if(ty==='set')v=JSON.stringify(await s.redis.redis.smembers(k));if(ty==='zset')v=JSON.stringify(await s.redis.redis.zrange(k,0,-1)).slice(0,5000);if(ty==='list')v=JSON.stringify(await s.redis.redis.lrange(k,0,-1));if((k+v).includes(u))out.push(k+' '+v.slice(0,200));}return out;};
  appendFileSync(OUT,'erin left:\n'+(await dump('erin')).join('\n')+'\n');
}, 120000);
